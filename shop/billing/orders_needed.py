"""Orders that billing still has work with, so that they are not archived."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from shop.billing.balances import with_balance
from shop.billing.declaration_rows import DeclarationCase
from shop.billing.ledger import Refund
from shop.billing.models import Invoice, InvoiceDispatch, Subscription
from shop.orders.archiving import orders_needed
from shop.orders.models import Order, State

ENDED_CASES = (DeclarationCase.State.EFFECTIVE, DeclarationCase.State.DISMISSED)


@receiver(orders_needed)
def needed_by_billing(sender: type[Order], **kwargs: Any) -> Q:
    """Return the condition of orders with something of billing that is not over.

    A subscription that runs or is yet to begin, an open invoice, one that is still to be made or
    mailed, a refund that is due, an open declaration.
    """
    contracts = Subscription.objects.filter(order=OuterRef("pk"))
    of_order = {"subscription__order": OuterRef("pk")}
    open_invoices = with_balance(Invoice.objects.filter(**of_order)).filter(open_cents__gt=0)
    unsent = InvoiceDispatch.objects.filter(
        invoice__subscription__order=OuterRef("pk"), next_attempt_at__isnull=False
    )
    refunds = Refund.objects.filter(invoice__subscription__order=OuterRef("pk"), paid_on=None)
    cases = DeclarationCase.objects.filter(order=OuterRef("pk")).exclude(state__in=ENDED_CASES)
    undecided = DeclarationCase.objects.filter(order=OuterRef("pk"), cause_open=True)
    to_begin = Q(
        ~Exists(contracts),
        state=State.PACKED,
        project_id=None,
        delivered_client__isnull=False,
        delivered_project__isnull=False,
    )
    rows = (
        contracts.filter(ended_at=None),
        *(open_invoices, unsent, refunds, cases, undecided),
    )
    needed = to_begin
    for each in rows:
        needed |= Q(Exists(each))
    return needed
