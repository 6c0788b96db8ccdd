"""Payments, in part and in excess, undone ones, and the refunds that follow from them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.balances import Balance, balance_of
from shop.billing.credit_notes import credit
from shop.billing.ledger import Payment, Refund
from shop.billing.models import Invoice
from shop.billing.payments import (
    FutureDayError,
    NoAmountError,
    NotPayableError,
    OtherCurrencyError,
    PaidChangedError,
    PaymentError,
    enter_online_payment,
    enter_payment,
    undo_payment,
)
from shop.billing.refunds import due_refunds, mark_refunded
from shop.billing.signals import invoice_paid
from tests.factories import make_invoice, make_staff
from tests.signals import heard

pytestmark = pytest.mark.django_db


def pay(invoice: Invoice, cents: int, **fields: Any) -> Payment:
    given = {"currency": "EUR", "paid_on": timezone.localdate(), **fields}
    return enter_payment(invoice, make_staff("billing"), amount_cents=cents, **given)


def due() -> list[tuple[str, int]]:
    return [(refund.invoice.number, refund.amount_cents) for refund in due_refunds()]


def test_invoice_is_paid_once_all_of_it_is() -> None:
    invoice, other = make_invoice(), make_invoice()
    gross = invoice.gross_cents
    with heard(invoice_paid) as told:
        pay(invoice, gross - 100)
        assert balance_of(invoice) == Balance(gross - 100, 0, 100, "open")
        assert not told
        pay(invoice, 100)
        assert balance_of(invoice) == Balance(gross, 0, 0, "paid")
    assert [each["invoice"] for each in told] == [invoice]
    assert balance_of(other) == Balance(0, 0, other.gross_cents, "open")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"cents": 0}, NoAmountError),
        ({"cents": -1}, NoAmountError),
        ({"currency": "USD"}, OtherCurrencyError),
        ({"paid_on": timezone.localdate() + timedelta(days=2)}, FutureDayError),
        ({"seen_paid": 100}, PaidChangedError),
    ],
    ids=["nothing", "negative", "currency", "future", "changed"],
)
def test_impossible_payment_is_refused_by_name(
    given: dict[str, Any], error: type[PaymentError]
) -> None:
    invoice = make_invoice()
    with pytest.raises(error):
        pay(invoice, **{"cents": 100, **given})
    assert not Payment.objects.exists()


def test_cancelled_invoice_and_credit_note_take_no_payment() -> None:
    invoice = make_invoice()
    note = credit(invoice, make_staff(), reason="Wrong tier")
    for each in (invoice, note):
        with pytest.raises(NotPayableError):
            pay(each, 100)
    assert not Payment.objects.exists()


def test_of_two_staff_who_enter_the_same_payment_one_wins() -> None:
    invoice = make_invoice()
    pay(invoice, invoice.gross_cents, seen_paid=0)
    with pytest.raises(PaidChangedError):
        pay(invoice, invoice.gross_cents, seen_paid=0)
    assert (Payment.objects.count(), due()) == (1, [])


def test_undone_payment_leaves_the_invoice_open() -> None:
    invoice, staff = make_invoice(), make_staff()
    payment, other = pay(invoice, 100), pay(invoice, 200)
    assert undo_payment(payment, staff)
    assert not undo_payment(payment, staff)
    other.refresh_from_db()
    assert (other.undone_at, balance_of(invoice).paid_cents) == (None, 200)


def test_excess_is_a_refund_due_until_it_is_paid() -> None:
    invoice, other, staff = make_invoice(), make_invoice(), make_staff()
    pay(other, other.gross_cents + 1)
    pay(invoice, invoice.gross_cents + 500)
    assert due() == [(other.number, 1), (invoice.number, 500)]
    today = timezone.localdate()
    refund = Refund.objects.get(invoice=invoice)
    assert not mark_refunded(refund, staff, paid_on=today, seen_cents=499)
    assert not mark_refunded(refund, staff, paid_on=today + timedelta(days=1), seen_cents=500)
    assert mark_refunded(refund, staff, paid_on=today, seen_cents=500)
    assert not mark_refunded(refund, staff, paid_on=today, seen_cents=500)
    assert due() == [(other.number, 1)]
    assert balance_of(invoice).state == "paid"


def test_credited_after_payment_is_a_refund_due() -> None:
    invoice = make_invoice()
    pay(invoice, invoice.gross_cents)
    assert due() == []
    credit(invoice, make_staff(), reason="Wrong tier")
    assert due() == [(invoice.number, invoice.gross_cents)]
    assert balance_of(invoice).state == "cancelled"


def test_refund_due_vanishes_with_the_payment_that_caused_it() -> None:
    invoice = make_invoice()
    pay(invoice, invoice.gross_cents)
    twice = pay(invoice, invoice.gross_cents)
    assert due() == [(invoice.number, invoice.gross_cents)]
    undo_payment(twice, make_staff())
    assert due() == []


def test_refunded_payment_that_the_bank_takes_back_is_owed_again() -> None:
    invoice, staff = make_invoice(), make_staff()
    gross = invoice.gross_cents
    payment = pay(invoice, gross + 500)
    mark_refunded(Refund.objects.get(), staff, paid_on=timezone.localdate(), seen_cents=500)
    undo_payment(payment, staff)
    assert balance_of(invoice) == Balance(0, 0, gross + 500, "open")


def test_payment_that_a_provider_tells_twice_counts_once() -> None:
    invoice = make_invoice()
    told: dict[str, Any] = {"amount_cents": invoice.gross_cents, "paid_on": timezone.localdate()}
    assert enter_online_payment(invoice, reference="pay_1", **told)
    assert not enter_online_payment(invoice, reference="pay_1", **told)
    assert (Payment.objects.count(), balance_of(invoice).state) == (1, "paid")
    assert enter_online_payment(invoice, reference="pay_2", **told)
    assert due() == [(invoice.number, invoice.gross_cents)]
