"""The sums of an order that was withdrawn from, as its mail names them."""

from dataclasses import dataclass

from django.db.models import Sum

from shop.billing.ledger import Refund
from shop.billing.models import Invoice
from shop.orders.models import Order


@dataclass(frozen=True)
class WithdrawnSums:
    """Cents, with VAT, that were credited, and that are still to be paid back."""

    credited_cents: int
    refund_cents: int


def withdrawn_sums(order: Order) -> WithdrawnSums:
    """Return the sums of an order's credit notes and of its refunds that are due."""
    notes = Invoice.objects.filter(
        subscription__order=order, kind=Invoice.Kind.CREDIT_NOTE
    ).aggregate(cents=Sum("gross_cents"))
    refunds = Refund.objects.filter(invoice__subscription__order=order, paid_on=None).aggregate(
        cents=Sum("amount_cents")
    )
    return WithdrawnSums(notes["cents"] or 0, refunds["cents"] or 0)
