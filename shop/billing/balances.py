"""States of invoices, open to cancelled: they follow from payments and credit notes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from shop.billing.ledger import Payment, Refund
from shop.billing.models import Invoice, InvoiceDispatch
from shop.billing.signals import invoice_overdue, invoice_paid
from shop.row_locks import lock_rows
from shop.worker.row_failures import RowFailures


@dataclass(frozen=True)
class Balance:
    """Cents paid, credited and open of an invoice, and its state (the wire's word)."""

    paid_cents: int
    credited_cents: int
    open_cents: int
    state: str


def with_balance(invoices: QuerySet[Invoice]) -> QuerySet[Any]:
    """Annotate `paid_cents`, `credited_cents`, `open_cents` (never below 0) and `state`.

    What was refunded is owed again where the payment turns out to be none.

    States are open, paid, overdue and cancelled: credited wholly (contract, "Orders API"). Of a
    credit note nothing is open; its state is paid.
    """
    paid = Payment.objects.filter(invoice=OuterRef("pk"), undone_at=None).order_by()
    credited = Invoice.objects.filter(corrects=OuterRef("pk")).order_by()
    sum_paid = paid.values("invoice").annotate(cents=Sum("amount_cents")).values("cents")
    sum_credited = credited.values("corrects").annotate(cents=Sum("gross_cents")).values("cents")
    refunded = Refund.objects.filter(invoice=OuterRef("pk")).exclude(paid_on=None).order_by()
    sum_refunded = refunded.values("invoice").annotate(cents=Sum("amount_cents")).values("cents")
    owed = F("gross_cents") - F("credited_cents") - F("paid_cents") + F("refunded_cents")
    return invoices.annotate(
        paid_cents=Coalesce(Subquery(sum_paid), 0),
        credited_cents=Coalesce(Subquery(sum_credited), 0),
        refunded_cents=Coalesce(Subquery(sum_refunded), 0),
        open_cents=Case(
            When(kind=Invoice.Kind.CREDIT_NOTE, then=Value(0)),
            default=Greatest(owed, 0),
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
    """Tell once that an invoice is paid, and have the refund due follow.

    Call it after each payment and credit note, in its transaction.
    """
    with transaction.atomic():
        lock_invoice(invoice)  # of two payments at once, the second sees both
        balance = balance_of(invoice)
        if invoice.kind == Invoice.Kind.INVOICE:
            owed = max(invoice.gross_cents - balance.credited_cents, 0)
            _adjust_refund(invoice, balance.paid_cents - owed)
        if balance.state == "paid" and invoice.kind == Invoice.Kind.INVOICE:
            untold = InvoiceDispatch.objects.filter(invoice=invoice, paid_told_at=None)
            if untold.update(paid_told_at=timezone.now()):
                invoice_paid.send(sender=Invoice, invoice=invoice)
    return balance


def tell_overdue(beat: Callable[[], None]) -> None:
    """Tell once of each invoice that has become overdue; hourly. Calls `beat` between two.

    Raises RowsFailedError once all had their turn.
    """
    untold = Invoice.objects.filter(
        kind=Invoice.Kind.INVOICE,
        due_on__lt=timezone.localdate(),
        dispatch__paid_told_at=None,
        dispatch__overdue_told_at=None,
    )
    failures = RowFailures()
    for invoice in with_balance(untold).filter(state="overdue").order_by("pk"):
        beat()
        failure = failures.logged("That invoice %s is overdue could not be told.", invoice)
        with failure, transaction.atomic():
            untold_by_now = InvoiceDispatch.objects.filter(
                invoice=invoice, paid_told_at=None, overdue_told_at=None
            )
            if untold_by_now.update(overdue_told_at=timezone.now()):
                invoice_overdue.send(sender=Invoice, invoice=invoice)
    failures.tell()


def _adjust_refund(invoice: Invoice, excess_cents: int) -> None:
    """Have the refund due be what was paid in excess and not refunded yet.

    A refund that was paid is never touched.
    """
    due = Refund.objects.filter(invoice=invoice, paid_on=None)
    paid = Refund.objects.filter(invoice=invoice).exclude(paid_on=None)
    left = excess_cents - paid.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    if left <= 0:
        due.delete()
        return
    payer = Payment.objects.filter(invoice=invoice, undone_at=None, entry__isnull=False)
    ibans = payer.order_by("-pk").values_list("entry__payer_iban", flat=True)
    now_due = {"amount_cents": left, "iban": next(filter(None, ibans), "")}
    if not due.update(**now_due):
        Refund.objects.create(invoice=invoice, due_since=timezone.localdate(), **now_due)
