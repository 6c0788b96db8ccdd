"""Refunds: what was paid in excess, or credited after it was paid, is owed to the client."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.billing.balances import lock_invoice, settle
from shop.billing.ledger import Refund
from shop.tenancy.models import User


def due_refunds() -> QuerySet[Refund]:
    """Refunds that are still to be paid, the oldest first."""
    due = Refund.objects.filter(paid_on=None).select_related("invoice__client")
    return due.order_by("due_since", "pk")


def mark_refunded(refund: Refund, by: User, *, paid_on: date, seen_cents: int) -> bool:
    """Note that a refund was paid, once.

    False where it was already, where `seen_cents` is no longer what is due, and where the day is
    still to come.
    """
    if paid_on > timezone.localdate():
        return False
    with transaction.atomic():
        lock_invoice(refund.invoice)
        due = Refund.objects.filter(pk=refund.pk, paid_on=None, amount_cents=seen_cents)
        if not due.update(paid_on=paid_on, paid_by=by):
            return False
        settle(refund.invoice)
    return True
