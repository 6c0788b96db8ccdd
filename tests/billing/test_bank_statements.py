"""Importing bank files: once, with what is left over assigned by staff, and taken back."""

from typing import Any

import pytest

from shop.billing.balances import balance_of
from shop.billing.bank_files import NotABankFileError
from shop.billing.bank_statements import (
    AssignError,
    assign,
    import_statement,
    preview,
    proposal_for,
    put_back,
    set_aside,
    unassigned,
    undo_import,
)
from shop.billing.credit_notes import credit
from shop.billing.ledger import BankEntry, BankStatement, Payment
from shop.billing.payments import NotPayableError, OtherCurrencyError, enter_payment
from tests.billing.statements import camt, euros, mt940
from tests.factories import make_invoice, make_seller, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _seller() -> None:
    make_seller()


def left() -> list[tuple[int, int]]:
    return [(entry.amount_cents, entry.left_cents) for entry in unassigned()]


def counts() -> tuple[int, int, int]:
    return BankStatement.objects.count(), BankEntry.objects.count(), Payment.objects.count()


def test_exact_transfer_pays_its_invoice() -> None:
    invoice, other = make_invoice(), make_invoice()
    content = camt(invoice.number, euros(invoice.gross_cents))
    found = preview(content)
    assert [proposal.invoices for proposal in found.matched] == [(invoice,)]
    assert (found.unmatched, found.known, found.imported, counts()) == ([], [], None, (0, 0, 0))
    import_statement(content, "november.xml", make_staff("billing"))
    assert (balance_of(invoice).state, balance_of(other).state) == ("paid", "open")
    assert (left(), counts()) == ([], (1, 1, 1))


def test_same_file_and_overlapping_files_count_an_entry_once() -> None:
    invoice, staff = make_invoice(), make_staff("billing")
    content = camt(invoice.number, euros(invoice.gross_cents))
    first = import_statement(content, "november.xml", staff)
    assert import_statement(content, "again.xml", staff) == first
    assert preview(content).imported == first
    overlapping = content + b"\n"
    assert len(preview(overlapping).known) == 1
    import_statement(overlapping, "overlapping.xml", staff)
    assert counts() == (2, 1, 1)


def test_undone_import_takes_its_payments_back_and_can_be_repeated() -> None:
    invoice, other, staff = make_invoice(), make_invoice(), make_staff("billing")
    content = camt(invoice.number, euros(invoice.gross_cents))
    statement = import_statement(content, "november.xml", staff)
    by_hand: dict[str, Any] = {"currency": "EUR", "paid_on": invoice.issued_on}
    enter_payment(other, staff, amount_cents=other.gross_cents, **by_hand)
    assert undo_import(statement, staff)
    assert not undo_import(statement, staff)
    assert (balance_of(invoice).state, balance_of(other).state) == ("open", "paid")
    assert left() == []
    assert import_statement(content, "november.xml", staff) != statement
    assert balance_of(invoice).state == "paid"


def test_other_amount_is_proposed_and_paid_only_once_staff_say_so() -> None:
    invoice, staff = make_invoice(), make_staff("billing")
    gross = invoice.gross_cents
    import_statement(camt(invoice.number, euros(gross + 500)), "november.xml", staff)
    (entry,) = unassigned()
    assert (proposal_for(entry).invoices, left()) == ((invoice,), [(gross + 500, gross + 500)])
    assign(entry, invoice, staff)
    assert (balance_of(invoice).paid_cents, left()) == (gross + 500, [])
    assert invoice.refunds.get().iban == "AT611904300234573201"
    with pytest.raises(AssignError):
        assign(entry, invoice, staff)


def test_entry_is_split_over_several_invoices() -> None:
    first, second, staff = make_invoice(), make_invoice(), make_staff("billing")
    gross = first.gross_cents
    import_statement(camt("no number", euros(2 * gross)), "november.xml", staff)
    (entry,) = unassigned()
    assign(entry, first, staff, gross)
    assert left() == [(2 * gross, gross)]
    with pytest.raises(AssignError):
        assign(entry, second, staff, gross + 1)
    assign(entry, second, staff)
    assert [balance_of(each).state for each in (first, second)] == ["paid", "paid"]
    assert left() == []


def test_entry_of_another_currency_or_for_a_cancelled_invoice_is_not_assigned() -> None:
    invoice, cancelled, staff = make_invoice(), make_invoice(), make_staff("billing")
    credit(cancelled, staff, reason="Ordered twice")
    gross = euros(invoice.gross_cents)
    content = camt(invoice.number, gross).replace(b'Ccy="EUR"', b'Ccy="CHF"')
    assert len(preview(content).unmatched) == 1
    import_statement(content, "november.xml", staff)
    (entry,) = unassigned()
    with pytest.raises(OtherCurrencyError):
        assign(entry, invoice, staff)
    import_statement(camt(cancelled.number, euros(cancelled.gross_cents)), "2.xml", staff)
    with pytest.raises(NotPayableError):
        assign(unassigned()[1], cancelled, staff)
    assert [entry.payments.count() for entry in unassigned()] == [0, 0]


def test_entry_that_pays_nothing_of_ours_is_set_aside_and_put_back() -> None:
    staff = make_staff("billing")
    import_statement(mt940("2026-000009"), "november.sta", staff)
    assert left() == [(11900, 11900), (-700, -700), (1200, 1200)]
    entry = unassigned()[2]
    assert set_aside(entry)
    assert not set_aside(entry)
    assert left() == [(11900, 11900), (-700, -700)]
    assert put_back(entry)
    assert not put_back(entry)
    assert len(left()) == 3


def test_transfer_that_came_back_is_never_matched() -> None:
    invoice = make_invoice()
    content = camt(invoice.number, euros(invoice.gross_cents)).replace(
        b"<Sts>", b"<RvslInd>true</RvslInd><Sts>"
    )
    assert next(proposal.invoices for proposal in preview(content).unmatched) == ()


def test_refused_file_writes_nothing() -> None:
    with pytest.raises(NotABankFileError):
        import_statement(b"none", "none.txt", make_staff("billing"))
    assert counts() == (0, 0, 0)
