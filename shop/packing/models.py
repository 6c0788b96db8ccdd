"""Progress of packing: attempts and their lease, steps that are done, counters."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order
from shop.worker.leases import Leased


class Packing(Leased):
    """One per order, created at its first attempt."""

    class ErrorKind(models.TextChoices):
        """The remedy for an error."""

        PERSON = "person", _("a person must act")
        PASSING = "passing", _("may pass by itself")
        BUG = "bug", _("a fault of our own")

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="packing"
    )
    # Null: no retry is planned; an order that is pending is then due at once.
    next_attempt_at = models.DateTimeField(null=True, blank=True)  # type: ignore[assignment]
    # The step that the current attempt has reached; empty until its work begins, and for an order
    # that is packed together with others.
    last_step = models.CharField(max_length=100, blank=True)
    last_error = models.TextField(blank=True)
    last_error_kind = models.CharField(max_length=10, choices=ErrorKind, blank=True)
    # Packed by itself, step by step, since an attempt at it has failed or the worker has died at it
    # or at another order of its batch: what is wrong with one must not hold up others.
    alone = models.BooleanField(default=False, db_default=False, editable=False)
    # What a step tells the customer, in the order's language; shown while the order has a fault.
    customer_text = models.TextField(blank=True)
    # The fields of the order that the customer may correct while the order has a fault.
    mendable = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("packing record")
        verbose_name_plural = _("packing records")
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="packing_again",
                condition=models.Q(next_attempt_at__isnull=False),
            ),
            models.Index(
                fields=["lease_until"],
                name="packing_leased",
                condition=models.Q(lease_until__isnull=False),
            ),
        ]


class StepRecord(models.Model):
    """A step that is done; committed in one transaction with what the step wrote."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=100)
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "name"], name="step_once_an_order")
        ]


class Counter(models.Model):
    """The number of times that something has happened since the first start; for `/metrics`."""

    name = models.CharField(max_length=50, primary_key=True)
    total = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
