"""The texts of an invoice's page, and its GiroCode."""

import json
from decimal import Decimal

import pytest

from shop.billing.girocode import Transfer, girocode
from shop.billing.invoice_page import invoice_page
from shop.catalogue.vat import VatRule
from tests.billing.documents import CREDIT, DOCUMENTS, LYON, SELLER, document, line, unsaved

pytestmark = pytest.mark.once


def test_discount_is_a_negative_line() -> None:
    invoice = DOCUMENTS["discount"]
    price, discount = invoice_page(unsaved(invoice), invoice)["lines"]
    assert (price["quantity"], price["unit"], price["net"]) == ("1", "49,00", "49,00")
    assert (discount["quantity"], discount["unit"], discount["net"]) == ("−1", "9,80", "−9,80")


def test_reason_of_a_credit_note_is_not_said_twice() -> None:
    whole = document(**CREDIT)
    part = document(lines=[line(1000, detail="Das Projekt endete früher.")], **CREDIT)
    assert invoice_page(unsaved(whole), whole)["reason"] == "Das Projekt endete früher."
    assert invoice_page(unsaved(part), part)["reason"] == ""


def test_girocode_holds_account_amount_and_number() -> None:
    transfer: Transfer = invoice_page(unsaved(document()), document())["transfer"]
    assert transfer == {
        "name": "Slate Software GmbH",
        "iban": "DE02120300000000202051",
        "bic": "BYLADEM1001",
        "amount": "58.31",
        "text": "2026-000123",
    }
    other = girocode({**transfer, "text": "2026-000124"})
    assert girocode(transfer).startswith("<svg")
    assert girocode(transfer) != other


def test_girocode_of_a_long_name_is_cut_to_what_banks_take() -> None:
    transfer: Transfer = invoice_page(unsaved(document()), document())["transfer"]
    assert girocode({**transfer, "name": "Ü" * 200}) == girocode({**transfer, "name": "Ü" * 70})


@pytest.mark.parametrize(
    "fields",
    [{"currency": "CHF"}, {"corrects_id": 1}, {"gross_cents": 0}, {"gross_cents": 10**11}],
)
def test_girocode_is_left_out_where_no_euros_are_to_be_paid(fields: dict[str, object]) -> None:
    assert invoice_page(unsaved(document()), document())["transfer"]
    assert invoice_page(unsaved(document(), **fields), document())["transfer"] is None


def test_girocode_is_left_out_for_an_account_that_is_no_iban() -> None:
    seller = SELLER.model_copy(update={"iban": "DE00120300000000202051"})
    assert invoice_page(unsaved(document()), document(seller=seller))["transfer"] is None


def test_total_of_nothing_asks_for_no_payment() -> None:
    free = document(lines=[line(), line(-4900, text="Rabatt", detail="100 %")])
    assert invoice_page(unsaved(document()), document())["payment"]
    assert invoice_page(unsaved(free), free)["payment"] is None


def test_page_of_an_invoice_leaves_no_language_behind() -> None:
    invoice_page(unsaved(document(LYON, VatRule.DESTINATION)), document())
    assert invoice_page(unsaved(document(), language="en"), document())["heading"] == "Invoice"


def test_quantity_of_days_is_shown_with_four_decimals() -> None:
    invoice = document(lines=[line(5117, unit_cents=9900, quantity=Decimal(31) / 60)])
    (row,) = invoice_page(unsaved(invoice), invoice)["lines"]
    assert (row["quantity"], row["net"]) == ("0,5167", "51,17")


def test_page_is_plain_json() -> None:
    for each in DOCUMENTS.values():
        page = invoice_page(unsaved(each), each)
        assert json.loads(json.dumps(page)) == page
