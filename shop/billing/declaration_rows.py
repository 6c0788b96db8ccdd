"""Declarations by which a contract is cancelled or withdrawn from, and what became of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order, optional
from shop.orders.order_references import OrderReference
from shop.tenancy.models import User


class Declaration(models.Model):
    """A declaration as it was received. Triggers of the database keep every column as it is."""

    class Kind(models.TextChoices):
        """The kinds of declaration."""

        CANCELLATION = "cancellation", _("cancellation")
        WITHDRAWAL = "withdrawal", _("withdrawal")

    kind = models.CharField(max_length=12, choices=Kind)
    received_at = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    # As typed.
    name = models.CharField(max_length=200)
    contract = models.CharField(max_length=200)  # order number, or what identifies the contract
    email = models.CharField(max_length=254)
    for_cause = models.BooleanField(default=False)
    reason = models.TextField(max_length=2000, blank=True)
    wished_end = models.DateField(null=True, blank=True)  # NULL: as soon as possible
    keep_until = models.DateField()  # the retention job may delete it from the day after
    # Of the form and what was typed into it, so that a form that is sent twice declares once.
    form_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")

    def __str__(self) -> str:
        return f"declaration {self.pk}"


class DeclarationCase(models.Model):
    """The way of a declaration: the contract it matches, whether it was proven, staff's word."""

    class State(models.TextChoices):
        """The way of a declaration."""

        RECEIVED = "received", _("received")  # the worker is about to match it
        PROOF = "proof", _("waits for proof")  # matched; the link was mailed
        STAFF = "staff", _("waits for staff")  # matches nothing, is for cause, or nobody proved it
        EFFECTIVE = "effective", _("took effect")
        DISMISSED = "dismissed", _("dismissed by staff")

    declaration = models.OneToOneField(
        Declaration, on_delete=models.CASCADE, primary_key=True, related_name="case"
    )
    state = models.CharField(max_length=10, choices=State)
    # The order whose contract it is, once matched by itself or by staff.
    order: "models.ForeignKey[Order | None, Order | None]" = OrderReference(
        Order, blank=True, on_delete=models.SET_NULL, related_name="declarations"
    )
    # A cancellation for cause counts as an ordinary one until staff have decided.
    cause_open = models.BooleanField(default=False)
    counter = models.PositiveIntegerField(default=1)  # raising it ends older links
    proof_asked_at = models.DateTimeField(null=True, blank=True)  # when the link was last mailed
    proven_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = optional(User, on_delete=models.PROTECT)
    note = models.CharField(max_length=500, blank=True)  # of staff, for staff
    # Not mailed, as the address had too many receipts that day.
    receipt_held_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "billing"
        ordering: ClassVar = ["-pk"]
        verbose_name = _("case of a declaration")
        verbose_name_plural = _("cases of declarations")
        indexes: ClassVar = [models.Index(fields=["state"], name="declaration_state")]

    def __str__(self) -> str:
        return f"case of declaration {self.pk}"
