"""Payments, the bank statements they come from, and refunds."""

from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.orders.models import optional
from shop.tenancy.models import User


class BankStatement(models.Model):
    """An imported bank file. One that was undone can be imported again."""

    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    iban = models.CharField(max_length=34)
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = optional(User, on_delete=models.PROTECT)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        constraints: ClassVar = [
            UniqueConstraint(fields=["sha256"], name="bank_file_once", condition=Q(undone_at=None))
        ]


class BankEntry(models.Model):
    """One credit on a bank statement, matched to an invoice or waiting to be assigned.

    With a negative amount it is a credit that the bank took back: staff undo the payment.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.CASCADE, related_name="entries")
    # A digest of the entry with the bank's own reference: the same entry in two overlapping files
    # counts once.
    key = models.CharField(max_length=100)
    booked_on = models.DateField()
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payer = models.CharField(max_length=200, blank=True)
    payer_iban = models.CharField(max_length=34, blank=True)
    text = models.TextField(blank=True)
    # Of a transfer of ours that came back, or of a credit that the bank took back.
    reversal = models.BooleanField(default=False, db_default=False)
    set_aside_at = models.DateTimeField(null=True, blank=True)  # it pays no invoice of ours

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["pk"]
        verbose_name = _("bank entry")
        verbose_name_plural = _("bank entries")
        constraints: ClassVar = [UniqueConstraint(fields=["key"], name="bank_entry_once")]


class Payment(models.Model):
    """Money that came in for an invoice. One that was entered by mistake is undone, not deleted."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("bank transfer")
        PROVIDER = "provider", _("online payment")

    invoice = models.ForeignKey(
        "billing.Invoice", on_delete=models.PROTECT, related_name="payments"
    )
    amount_cents = models.BigIntegerField()
    paid_on = models.DateField()
    method = models.CharField(max_length=10, choices=Method, default=Method.TRANSFER)
    # The provider's own reference: a payment that it tells twice counts once.
    reference = models.CharField(max_length=200, blank=True)
    entry = models.ForeignKey(
        BankEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    entered_by = optional(User, on_delete=models.PROTECT)
    entered_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = optional(User, on_delete=models.PROTECT)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints: ClassVar = [
            CheckConstraint(condition=Q(amount_cents__gt=0), name="payment_is_positive"),
            UniqueConstraint(
                fields=["reference"],
                name="provider_payment_once",
                condition=Q(method="provider"),
            ),
            UniqueConstraint(
                fields=["entry", "invoice"],
                name="entry_pays_an_invoice_once",
                condition=Q(undone_at=None, entry__isnull=False),
            ),
        ]


class Refund(models.Model):
    """Money that is owed to a client: paid in excess, or credited after it was paid."""

    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, related_name="refunds")
    amount_cents = models.BigIntegerField()
    iban = models.CharField(max_length=34, blank=True)
    due_since = models.DateField()
    paid_on = models.DateField(null=True, blank=True)
    paid_by = optional(User, on_delete=models.PROTECT)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints: ClassVar = [
            CheckConstraint(condition=Q(amount_cents__gt=0), name="refund_is_positive"),
        ]
