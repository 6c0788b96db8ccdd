"""A correction is a credit note: of all, of an amount, of lines; never more than is left."""

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.billing.balances import balance_of
from shop.billing.credit_notes import (
    LeftChangedError,
    NoReasonError,
    NotCreditableError,
    TooMuchError,
    credit,
    left_of,
)
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.models import Invoice, InvoiceDispatch, NumberSeries
from shop.billing.signals import invoice_issued
from tests.factories import make_invoice, make_staff, make_subscription
from tests.orders.test_parallel import CALLERS, at_once
from tests.signals import heard

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


def test_credit_note_of_all_repeats_the_invoice_and_cancels_it() -> None:
    invoice, other = make_invoice(), make_invoice()
    staff = make_staff()
    with heard(invoice_issued) as told:
        note = credit(invoice, staff, reason="Billed twice.")
    assert [each["invoice"] for each in told] == [note]
    assert (note.number, note.kind, note.corrects) == (f"{YEAR}-000003", "credit_note", invoice)
    assert (note.reason, note.issued_by) == ("Billed twice.", staff)
    assert (note.net_cents, note.vat_cents, note.gross_cents) == (
        invoice.net_cents,
        invoice.vat_cents,
        invoice.gross_cents,
    )
    document = InvoiceDocument.model_validate(note.document)
    original = InvoiceDocument.model_validate(invoice.document)
    assert (document.lines, document.totals) == (original.lines, original.totals)
    assert document.corrects_number == invoice.number
    assert document.corrects_issued_on == invoice.issued_on
    assert InvoiceDispatch.objects.get(invoice=note).next_attempt_at is not None
    assert (balance_of(invoice).state, balance_of(other).state) == ("cancelled", "open")
    assert (balance_of(note).state, balance_of(note).open_cents) == ("paid", 0)


def test_credit_note_goes_where_the_clients_invoices_go_now() -> None:
    """The person who got the invoice may have left, and been erased."""
    invoice, staff = make_invoice(recipient="left@example.com"), make_staff()
    profile = invoice.client.billing_profile
    profile.email = "new@example.com"
    profile.save()
    assert credit(invoice, staff, reason="A part.", net_cents=1).recipient == "new@example.com"
    profile.email = ""
    profile.save()
    admin = invoice.client.client_admin.email
    assert credit(invoice, staff, reason="A part.", net_cents=1).recipient == admin


def test_amounts_are_credited_until_nothing_is_left() -> None:
    invoice = make_invoice(make_subscription(list_cents=1003))
    assert (invoice.net_cents, invoice.vat_cents) == (1003, 191)
    staff = make_staff()
    first = credit(invoice, staff, reason="A part.", net_cents=503)
    assert (first.net_cents, first.vat_cents) == (503, 96)
    (line,) = InvoiceDocument.model_validate(first.document).lines
    assert line.text == f"Korrektur der Rechnung {invoice.number}"
    assert (line.detail, line.net_cents) == ("A part.", 503)
    assert balance_of(invoice).open_cents == invoice.gross_cents - 599
    with pytest.raises(TooMuchError):
        credit(invoice, staff, reason="Too much.", net_cents=501)
    rest = credit(invoice, staff, reason="The rest.")
    assert (rest.net_cents, rest.vat_cents) == (500, 95)
    with pytest.raises(TooMuchError):
        credit(invoice, staff, reason="Once more.")
    assert Invoice.objects.count() == NumberSeries.objects.get().last == 3


def test_lines_are_credited_by_their_position() -> None:
    invoice = make_invoice(make_subscription(list_cents=4900, discount_cents=900))
    staff = make_staff()
    with pytest.raises(TooMuchError):  # the price without its discount is more than was charged
        credit(invoice, staff, reason="The price.", lines=[0])
    with pytest.raises(NotCreditableError):
        credit(invoice, staff, reason="The discount.", lines=[1])
    with pytest.raises(NotCreditableError):
        credit(invoice, staff, reason="No such line.", lines=[2])
    note = credit(invoice, staff, reason="Both.", lines=[1, 0])
    assert note.net_cents == 4000
    assert note.document["lines"] == invoice.document["lines"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"reason": " "}, NoReasonError),
        ({"reason": "x" * 201}, NoReasonError),
        ({"net_cents": 0}, NotCreditableError),
        ({"net_cents": -1}, NotCreditableError),
        ({"lines": []}, NotCreditableError),
        ({"net_cents": 1_000_000}, TooMuchError),
        ({"seen_left": 1}, LeftChangedError),
    ],
)
def test_refused_credit_note_writes_nothing(
    options: dict[str, Any], error: type[Exception]
) -> None:
    invoice, staff = make_invoice(), make_staff()
    with pytest.raises(error):
        credit(invoice, staff, **{"reason": "A mistake.", **options})
    assert Invoice.objects.count() == NumberSeries.objects.get().last == 1


def test_credit_note_cannot_be_credited() -> None:
    staff = make_staff()
    note = credit(make_invoice(), staff, reason="A mistake.")
    with pytest.raises(NotCreditableError):
        credit(note, staff, reason="Another one.")


def test_second_click_credits_nothing() -> None:
    invoice, staff = make_invoice(), make_staff()
    seen = left_of(invoice).net_cents
    credit(invoice, staff, reason="Once.", net_cents=100, seen_left=seen)
    with pytest.raises(LeftChangedError):
        credit(invoice, staff, reason="Once.", net_cents=100, seen_left=seen)
    assert invoice.credit_notes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_staff_at_once_one_credits_all() -> None:
    invoice, staff = make_invoice(), make_staff()

    def one(number: int) -> str:
        try:
            return credit(invoice, staff, reason=f"Of {number}.").number
        except TooMuchError:
            return ""

    assert sorted(at_once(one)) == [""] * (CALLERS - 1) + [f"{YEAR}-000002"]
    assert NumberSeries.objects.get().last == 2


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 400), max_size=8))
def test_credit_notes_add_up_to_the_invoice_to_the_cent(amounts: list[int]) -> None:
    invoice, staff = make_invoice(make_subscription(list_cents=1003)), make_staff()
    for amount in amounts:
        left = left_of(invoice)
        assert min(left.net_cents, left.vat_cents) >= 0
        if amount < left.net_cents:
            credit(invoice, staff, reason="A part.", net_cents=amount)
    credit(invoice, staff, reason="The rest.")
    assert left_of(invoice).gross_cents == 0
    assert balance_of(invoice).credited_cents == invoice.gross_cents
