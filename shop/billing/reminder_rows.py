"""Reminders of invoices that are overdue, their texts, and clients whom the third did not move."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.languages import PageText
from shop.orders.models import optional
from shop.tenancy.models import Client, User


class Reminder(models.Model):
    """A reminder of one level (1 to 3) that was sent for an invoice."""

    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.CASCADE, related_name="reminders"
    )
    level = models.PositiveSmallIntegerField()
    sent_on = models.DateField()

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["level"]
        verbose_name = _("payment reminder")
        verbose_name_plural = _("payment reminders")
        constraints: ClassVar = [
            UniqueConstraint(fields=["invoice", "level"], name="reminder_once_a_level")
        ]


class ReminderText(models.Model):
    """The text of a level, as staff write it."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    text_de = models.TextField()
    text_en = models.TextField()
    text = PageText()

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["level"]
        verbose_name = _("text of a payment reminder")
        verbose_name_plural = _("texts of payment reminders")


class OverdueCase(models.Model):
    """A client who has not paid after the third reminder, until it is paid or staff exempt them."""

    class Decision(models.TextChoices):
        WAIT = "wait", _("wait")
        EXEMPT = "exempt", _("exempt from reminders")
        CLOSED = "closed", _("closed for its members")

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="overdue_cases")
    opened_on = models.DateField()
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    wait_until = models.DateField(null=True, blank=True)
    decided_by = optional(User, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["opened_on", "pk"]
        verbose_name = _("client after the third reminder")
        verbose_name_plural = _("clients after the third reminder")
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["client"],
                name="one_overdue_case_a_client",
                condition=Q(resolved_at=None),
            )
        ]
