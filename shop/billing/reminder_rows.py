"""Reminders of invoices that are overdue, and their texts."""

from typing import ClassVar

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.languages import PageText


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
