"""Subscriptions and the invoices of their periods."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from shop.billing.declaration_rows import (  # noqa: F401 -- Django finds its models here
    Declaration,
    DeclarationCase,
)
from shop.billing.ledger import (  # noqa: F401 -- Django finds its models here
    BankEntry,
    BankStatement,
    Payment,
    Refund,
)
from shop.billing.periods import share_of
from shop.billing.price_changes import PriceChange  # noqa: F401 -- the same
from shop.billing.reminder_rows import (  # noqa: F401 -- the same
    OverdueCase,
    Reminder,
    ReminderText,
)
from shop.billing.tier_change_rows import (  # noqa: F401 -- the same
    SubscriptionEvent,
    TierChange,
)
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.orders.models import Order, optional
from shop.orders.order_references import OneOrderReference
from shop.tenancy.models import Client, Project, User
from shop.worker.leases import Leased


class Subscription(models.Model):
    """The contract that a packed order has begun: what is paid for a project, and how often.

    Prices are those agreed to; the catalogue's later ones do not touch them.
    """

    class WaitsFor(models.TextChoices):
        """The reasons that hold the next invoice back."""

        SELLER = "seller", _("the seller is incomplete")
        BILLING = "billing", _("billing data are missing")
        MEMBER = "member", _("nobody has joined yet")
        VIES = "vies", _("VIES has not answered")
        STAFF = "staff", _("staff decide about the VAT id")
        ERROR = "error", _("it failed; the log says why")

    # Typed as never None: an order that is archived is read from the archive.
    order: "models.OneToOneField[Order, Order]" = OneOrderReference(
        Order, on_delete=models.PROTECT, related_name="subscription"
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="subscriptions")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="subscriptions")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    interval = models.CharField(max_length=5, choices=Interval, default=Interval.MONTH)
    # For one interval, in cents, without VAT and without the discount; then the discount, which
    # ends the day before `discount_ends_on` (NULL: never).
    list_cents = models.PositiveIntegerField()
    discount_cents = models.PositiveIntegerField(default=0)
    discount_ends_on = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    promo_code = models.CharField(max_length=200, blank=True)
    # Days are those of the shop's zone. Periods begin on the anchor's day of the month.
    started_on = models.DateField()
    anchor_on = models.DateField()
    # The first day of the next period that is to be invoiced; NULL: nothing is, as it is free or
    # has ended. Only issuing moves it, in the transaction of the invoice.
    next_period_on = models.DateField(null=True, blank=True)
    waits_for = models.CharField(max_length=10, choices=WaitsFor, blank=True)
    waits_since = models.DateField(null=True, blank=True)
    # An order that a stranger placed is invoiced once its member has joined, or staff (then
    # `released_by`) say so.
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = optional(User, on_delete=models.PROTECT)
    # Staff have VAT charged although VIES has not answered; undone by new billing data.
    vat_anyway_at = models.DateTimeField(null=True, blank=True)
    vat_anyway_by = optional(User, on_delete=models.PROTECT)
    # When the cancellation was declared; NULL again once it is taken back.
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = optional(User, on_delete=models.PROTECT)  # NULL: by a declaration
    # Within the time for it, by a private person: nothing of it is to be paid.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # the last paid day, inclusive
    # The shortest of END_REMINDER_DAYS that was told, of the end that stands.
    end_told_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # After an end that failed: when the worker tries it again.
    end_retry_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = optional(User, on_delete=models.PROTECT)  # staff, by their own decision
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar = [
            CheckConstraint(
                condition=Q(discount_cents__lte=F("list_cents")),
                name="subscription_discount_is_no_more_than_the_price",
            )
        ]
        indexes: ClassVar = [
            # What waits comes by itself: each second the worker looks for what is due and does not.
            Index(
                fields=["waits_for", "next_period_on"],
                name="subscription_waits_or_due",
                condition=Q(next_period_on__isnull=False),
            ),
            # Each second the worker looks for what is to end.
            Index(
                fields=["ends_on"],
                name="subscription_ends",
                condition=Q(ends_on__isnull=False, ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    @property
    def state(self) -> str:
        """The wire's word: active, cancelled or ended."""
        if self.ended_at:
            return "ended"
        return "cancelled" if self.cancelled_at else "active"

    @property
    def tier_name(self) -> str:
        """The tier's name, as ordered until the tier is changed."""
        changed = self.product_id != self.order.product_id
        return self.product.name if changed else self.order.tier_name

    def discount_cents_on(self, start: date) -> int:
        """The discount, in cents, on the period that begins on `start`.

        Of a later year it is the share of the months for which the discount still counts; the
        discount agreed to is that of the first period.
        """
        if self.discount_ends_on is None or start == self.anchor_on:
            return self.discount_cents
        return share_of(self.discount_cents, self.interval, start, self.discount_ends_on)

    def net_cents_on(self, start: date) -> int:
        """The net price, in cents, of the period that begins on `start`."""
        return self.list_cents - self.discount_cents_on(start)


class NumberSeries(models.Model):
    """The last number given in a year; one series for invoices and credit notes."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")


class Invoice(models.Model):
    """An invoice or credit note as issued. Triggers of the database keep every column as it is.

    Whether it is open, paid or cancelled follows from payments and credit notes.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="invoices")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="invoices"
    )
    # The invoice that a credit note corrects.
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    reason = models.CharField(max_length=200, blank=True)  # of a credit note, as the buyer reads it
    issued_on = models.DateField()
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = optional(User, on_delete=models.PROTECT)  # NULL: the hourly job
    due_on = models.DateField()
    period_start = models.DateField()
    period_end = models.DateField()  # inclusive
    # The invoice of a whole period; one for days of it (a change of tier) is another.
    whole_period = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    recipient = models.EmailField(max_length=254)
    currency = models.CharField(max_length=3)
    # Totals in cents. Those of credit notes are positive, too.
    net_cents = models.PositiveBigIntegerField()
    vat_cents = models.PositiveBigIntegerField()
    gross_cents = models.PositiveBigIntegerField()
    # Seller, buyer, lines, totals by rate and notes: an `InvoiceDocument` (`invoice_document.py`).
    document = models.JSONField()
    keep_until = models.DateField()  # the retention job may delete it from the day after

    class Meta:
        ordering: ClassVar = ["-issued_on", "-pk"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["subscription", "period_start"],
                name="one_invoice_a_period",
                condition=Q(kind="invoice", whole_period=True),
            ),
            CheckConstraint(
                condition=Q(kind="invoice", corrects=None)
                | Q(kind="credit_note", corrects__isnull=False),
                name="credit_note_corrects_an_invoice",
            ),
            CheckConstraint(
                condition=Q(gross_cents=F("net_cents") + F("vat_cents")),
                name="invoice_gross_is_net_and_vat",
            ),
        ]
        indexes: ClassVar = [
            Index(fields=["client", "-issued_on", "-id"], name="invoice_of_client"),
            Index(fields=["-issued_on", "-id"], name="invoice_newest"),
            Index(fields=["due_on"], name="invoice_due_on"),
        ]
        permissions: ClassVar = [
            ("handle_billing", _("Can handle the seller, invoices, payments and reminders"))
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceFile(models.Model):
    """A stored file of an invoice. One that was lost is made again as a copy, in a new row."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XML = "xml", "XML"

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=3, choices=Format)
    copy = models.PositiveSmallIntegerField(default=0)  # 0: the original
    name = models.CharField(max_length=200)  # in the storage
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("file of an invoice")
        verbose_name_plural = _("files of invoices")
        constraints: ClassVar = [
            UniqueConstraint(fields=["invoice", "format", "copy"], name="one_file_a_copy")
        ]


class InvoiceDispatch(Leased):
    """The work left for an issued invoice: make its files, then mail it."""

    invoice = models.OneToOneField(
        Invoice, on_delete=models.CASCADE, primary_key=True, related_name="dispatch"
    )
    next_attempt_at = models.DateTimeField(null=True, blank=True)  # type: ignore[assignment]
    filed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    # Told once: that it was paid, that it is overdue.
    paid_told_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("dispatch of an invoice")
        verbose_name_plural = _("dispatches of invoices")
        indexes: ClassVar = [
            Index(
                fields=["next_attempt_at"],
                name="dispatch_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
            Index(
                fields=["overdue_told_at"],
                name="dispatch_overdue",
                condition=Q(overdue_told_at__isnull=False, paid_told_at=None),
            ),
        ]
