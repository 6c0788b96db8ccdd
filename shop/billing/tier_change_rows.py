"""Rows of a subscription's history: its changes of tier or interval, and everything else."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.orders.models import optional
from shop.tenancy.models import User


class TierChange(models.Model):
    """A change of a subscription's tier or interval: asked for, waiting, done or given up."""

    class State(models.TextChoices):
        """The way of a change; at most one of a subscription is not over yet."""

        APPROVAL = "approval", _("waits for approval")
        PLANNED = "planned", _("planned")  # for the period that begins on `from_on`
        APPLIED = "applied", _("applied")
        UNDONE = (
            "undone",
            _("undone"),
        )  # by the client_admin or staff, or as the contract was cancelled
        REFUSED = "refused", _("refused")  # by staff, or as the members no longer fit

    subscription = models.ForeignKey(
        "billing.Subscription", on_delete=models.PROTECT, related_name="tier_changes"
    )
    state = models.CharField(max_length=10, choices=State)
    old_product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    old_interval = models.CharField(max_length=5, choices=Interval)
    interval = models.CharField(max_length=5, choices=Interval)
    # Agreed: for one interval, in cents, without VAT; the discount is still to be taken off.
    old_list_cents = models.PositiveIntegerField()
    old_discount_cents = models.PositiveIntegerField(default=0)
    list_cents = models.PositiveIntegerField()
    discount_cents = models.PositiveIntegerField(default=0)
    discount_ends_on = models.DateField(null=True, blank=True)
    # The first day on which it counts; NULL while it waits for approval.
    from_on = models.DateField(null=True, blank=True)
    # The invoice by days, of a change upwards; NULL again once it was kept long enough.
    invoice = models.OneToOneField(
        "billing.Invoice", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = optional(User, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200, blank=True)  # of staff who change it
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = optional(User, on_delete=models.PROTECT)
    decision_note = models.CharField(max_length=200, blank=True)  # the client_admin reads it
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("change of tier")
        verbose_name_plural = _("changes of tier")
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["subscription"],
                name="one_tier_change_under_way",
                condition=Q(state__in=("approval", "planned")),
            )
        ]

    def __str__(self) -> str:
        return f"change of tier {self.pk}"

    @property
    def net_cents(self) -> int:
        """The net price of one interval, after the discount."""
        return self.list_cents - self.discount_cents


class SubscriptionEvent(models.Model):
    """One entry of a subscription's history, written in the transaction of what happened."""

    class Kind(models.TextChoices):
        """The events of a subscription."""

        CHANGE_ASKED = "change_asked", _("change asked for")
        CHANGE_PLANNED = "change_planned", _("change planned")
        CHANGED = "changed", _("changed")
        CHANGE_UNDONE = "change_undone", _("change undone")
        CHANGE_REFUSED = "change_refused", _("change refused")
        CANCELLED = "cancelled", _("cancelled")
        TAKEN_BACK = "taken_back", _("cancellation taken back")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ENDED = "ended", _("ended")

    subscription = models.ForeignKey(
        "billing.Subscription", on_delete=models.CASCADE, related_name="events"
    )
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20, choices=Kind)
    actor = optional(User, on_delete=models.PROTECT)
    change = optional(TierChange, on_delete=models.CASCADE)
    # `ends_on` (ISO) of a cancellation, `reason` of staff, `declaration` (pk).
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["pk"]
        verbose_name = _("event of a subscription")
        verbose_name_plural = _("events of subscriptions")

    def __str__(self) -> str:
        return f"{self.kind} of subscription {self.subscription_id}"
