"""How packing an order goes: tries, the lease of whoever works on it, the steps that are done."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order


class Packing(models.Model):
    """One an order, from its first try on. Our rows are the truth; the queue only wakes us up."""

    class ErrorKind(models.TextChoices):
        """What may help against an error."""

        PERSON = "person", _("a person must act")
        PASSING = "passing", _("may pass by itself")
        BUG = "bug", _("a fault of our own")

    order = models.OneToOneField(
        Order, on_delete=models.CASCADE, primary_key=True, related_name="packing"
    )
    # Counted before the work: a worker that is killed has tried, too.
    attempts = models.PositiveIntegerField(default=0)
    # Who works on it holds this token; who has lost it must not write any more.
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True, db_index=True)
    next_try = models.DateTimeField(null=True, blank=True)
    # The step that the current try is at; empty until its work begins.
    last_step = models.CharField(max_length=100, blank=True)
    last_error = models.TextField(blank=True)
    last_error_kind = models.CharField(max_length=10, choices=ErrorKind, blank=True)
    # What a step says to whoever ordered, in their language; shown while the order has a fault.
    customer_text = models.TextField(blank=True)
    # The members of the order that whoever ordered may mend, as long as it has a fault.
    mendable = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("packing record")
        verbose_name_plural = _("packing records")
        indexes: ClassVar = [
            models.Index(
                fields=["next_try"],
                name="packing_again",
                condition=models.Q(next_try__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"packing of order {self.order_id}"


class StepRecord(models.Model):
    """A step that is done. What it wrote and this row have committed together."""

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

    def __str__(self) -> str:
        return f"{self.name} of order {self.order_id}"


class Tally(models.Model):
    """How often something has happened since the first start; for `/metrics`."""

    name = models.CharField(max_length=50, primary_key=True)
    total = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.name}: {self.total}"
