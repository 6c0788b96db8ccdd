"""The state of an invoice follows from payments and credit notes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.billing.balances import Balance, balance_of, settle, tell_overdue, with_balance
from shop.billing.credit_notes import credit
from shop.billing.ledger import Payment
from shop.billing.models import Invoice, InvoiceDispatch
from shop.billing.signals import invoice_overdue, invoice_paid
from tests.billing.runs import beat
from tests.factories import make_invoice, make_staff, make_subscription
from tests.orders.test_parallel import CALLERS, at_once
from tests.signals import heard

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


def pay(invoice: Invoice, cents: int) -> Payment:
    return Payment.objects.create(invoice=invoice, amount_cents=cents, paid_on=TODAY)


def test_state_follows_from_payments_and_credit_notes() -> None:
    subscription = make_subscription(list_cents=10000)
    make_invoice(subscription)  # a bystander
    invoice = make_invoice(subscription, due_on=TODAY)
    assert balance_of(invoice) == Balance(0, 0, 11900, "open")
    payment = pay(invoice, 5000)
    assert balance_of(invoice) == Balance(5000, 0, 6900, "open")
    credit(invoice, make_staff(), reason="A part.", net_cents=5000)
    assert balance_of(invoice) == Balance(5000, 5950, 950, "open")
    pay(invoice, 1000)
    assert balance_of(invoice) == Balance(6000, 5950, 0, "paid")
    Payment.objects.filter(pk=payment.pk).update(undone_at=timezone.now())
    assert balance_of(invoice) == Balance(1000, 5950, 4950, "open")
    credit(invoice, make_staff(), reason="The rest.")
    assert balance_of(invoice) == Balance(1000, 11900, 0, "cancelled")


def test_invoices_are_found_by_their_state() -> None:
    subscription = make_subscription()
    due = {"open": TODAY, "overdue": YESTERDAY, "paid": YESTERDAY, "cancelled": YESTERDAY}
    made = {state: make_invoice(subscription, due_on=day) for state, day in due.items()}
    pay(made["paid"], made["paid"].gross_cents)
    note = credit(made["cancelled"], make_staff(), reason="A mistake.")
    for state, invoice in made.items():
        found = with_balance(Invoice.objects.exclude(pk=note.pk)).filter(state=state)
        assert list(found) == [invoice]


def test_paid_invoice_is_told_once() -> None:
    subscription = make_subscription()
    invoice, other = make_invoice(subscription), make_invoice(subscription)
    with heard(invoice_paid) as told:
        pay(invoice, invoice.gross_cents - 1)
        assert settle(invoice).state == "open"
        assert told == []
        last = pay(invoice, 1)
        assert settle(invoice).state == "paid"
        Payment.objects.filter(pk=last.pk).update(undone_at=timezone.now())
        assert settle(invoice).state == "open"
        pay(invoice, 1)
        settle(invoice)
    assert [each["invoice"] for each in told] == [invoice]
    assert InvoiceDispatch.objects.get(invoice=other).paid_told_at is None


def test_invoice_whose_rest_is_credited_is_paid() -> None:
    invoice = make_invoice(make_subscription(list_cents=10000))
    pay(invoice, 5950)
    with heard(invoice_paid) as told:
        credit(invoice, make_staff(), reason="The rest.", net_cents=5000)
    assert [each["invoice"] for each in told] == [invoice]


def test_cancelled_invoice_is_not_told_as_paid() -> None:
    invoice = make_invoice()
    with heard(invoice_paid) as told:
        credit(invoice, make_staff(), reason="A mistake.")
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_of_payments_at_once_the_last_tells_that_it_is_paid() -> None:
    invoice = make_invoice(make_subscription(list_cents=10000 * CALLERS))
    told: list[Invoice] = []

    def hear(invoice: Invoice, **arguments: object) -> None:
        told.append(invoice)

    invoice_paid.connect(hear)
    try:
        at_once(lambda number: (pay(invoice, 11900), settle(invoice)))
    finally:
        invoice_paid.disconnect(hear)
    assert told == [invoice]


def test_overdue_invoice_is_told_once() -> None:
    subscription = make_subscription()
    overdue, paid, cancelled = (make_invoice(subscription, due_on=YESTERDAY) for _each in range(3))
    make_invoice(subscription, due_on=TODAY)
    pay(paid, paid.gross_cents)
    credit(cancelled, make_staff(), reason="A mistake.")
    with heard(invoice_overdue) as told:
        tell_overdue(beat)
        tell_overdue(beat)
    assert [each["invoice"] for each in told] == [overdue]
