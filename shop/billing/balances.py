"""Whether invoices are open, paid, overdue or cancelled: follows from payments and credit notes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from shop.billing.ledger import Payment
from shop.billing.models import Invoice, InvoiceDispatch
from shop.billing.signals import invoice_overdue, invoice_paid
from shop.row_locks import lock_rows


@dataclass(frozen=True)
class Balance:
    """What was paid and credited of an invoice, what is open, and its state (the wire's word)."""

    paid_cents: int
    credited_cents: int
    open_cents: int
    state: str


def with_balance(invoices: QuerySet[Invoice]) -> QuerySet[Any]:
    """Annotate `paid_cents`, `credited_cents`, `open_cents` (never below 0) and `state`.

    States are open, paid, overdue and cancelled: credited wholly (contract, "Orders API"). Of a
    credit note nothing is open; its state is paid.
    """
    paid = Payment.objects.filter(invoice=OuterRef("pk"), undone_at=None).order_by()
    credited = Invoice.objects.filter(corrects=OuterRef("pk")).order_by()
    sum_paid = paid.values("invoice").annotate(cents=Sum("amount_cents")).values("cents")
    sum_credited = credited.values("corrects").annotate(cents=Sum("gross_cents")).values("cents")
    return invoices.annotate(
        paid_cents=Coalesce(Subquery(sum_paid), 0),
        credited_cents=Coalesce(Subquery(sum_credited), 0),
        open_cents=Case(
            When(kind=Invoice.Kind.CREDIT_NOTE, then=Value(0)),
            default=Greatest(F("gross_cents") - F("paid_cents") - F("credited_cents"), 0),
        ),
        state=Case(
            When(kind=Invoice.Kind.CREDIT_NOTE, then=Value("paid")),
            When(credited_cents__gte=F("gross_cents"), then=Value("cancelled")),
            When(open_cents=0, then=Value("paid")),
            When(due_on__lt=timezone.localdate(), then=Value("overdue")),
            default=Value("open"),
        ),
    )


def balance_of(invoice: Invoice) -> Balance:
    """The balance of one invoice, as of now."""
    names = ("paid_cents", "credited_cents", "open_cents", "state")
    (row,) = with_balance(Invoice.objects.filter(pk=invoice.pk)).values_list(*names)
    return Balance(*row)


def lock_invoice(invoice: Invoice) -> None:
    """Hold what is decided by an invoice's balance until the caller's transaction ends.

    The invoice's own row cannot be written to.
    """
    lock_rows(InvoiceDispatch.objects.filter(invoice=invoice))


def settle(invoice: Invoice) -> Balance:
    """Tell once that an invoice is paid; after each payment and credit note, in its transaction."""
    with transaction.atomic():
        lock_invoice(invoice)  # of two payments at once, the second sees both
        balance = balance_of(invoice)
        if balance.state == "paid" and invoice.kind == Invoice.Kind.INVOICE:
            untold = InvoiceDispatch.objects.filter(invoice=invoice, paid_told_at=None)
            if untold.update(paid_told_at=timezone.now()):
                invoice_paid.send(sender=Invoice, invoice=invoice)
    return balance


def tell_overdue(beat: Callable[[], None]) -> None:
    """Tell once of each invoice that has become overdue; hourly. Calls `beat` between two."""
    untold = Invoice.objects.filter(
        kind=Invoice.Kind.INVOICE,
        due_on__lt=timezone.localdate(),
        dispatch__paid_told_at=None,
        dispatch__overdue_told_at=None,
    )
    for invoice in with_balance(untold).filter(state="overdue").order_by("pk"):
        beat()
        with transaction.atomic():
            dispatch = InvoiceDispatch.objects.filter(invoice=invoice, overdue_told_at=None)
            if dispatch.update(overdue_told_at=timezone.now()):
                invoice_overdue.send(sender=Invoice, invoice=invoice)
