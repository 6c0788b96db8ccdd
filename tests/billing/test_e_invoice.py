"""The XML of invoices: EN 16931, and XRechnung for authorities."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from facturx.facturx import xml_check_xsd
from lxml import etree

from shop.billing.e_invoice import XRECHNUNG, e_invoice_terms, is_leitweg_id, unit_of
from shop.billing.rendering import Rendered, render
from shop.catalogue.vat import VatRule
from tests.billing.documents import (
    CREDIT,
    DOCUMENTS,
    LEITWEG_ID,
    MUNICH,
    VIENNA,
    ZURICH,
    document,
    line,
    unsaved,
)
from tests.billing.schematron import broken_rules

pytestmark = pytest.mark.once

AUTHORITIES = {"authority", "credit note, authority"}
GUIDELINE = "{*}ExchangedDocumentContext/{*}GuidelineSpecifiedDocumentContextParameter/{*}ID"
TRADE = "{*}SupplyChainTradeTransaction"
AGREEMENT = f"{TRADE}/{{*}}ApplicableHeaderTradeAgreement"
SETTLEMENT = f"{TRADE}/{{*}}ApplicableHeaderTradeSettlement"


def text(xml: bytes, path: str) -> str | None:
    """The text of the first element at `path`."""
    found: str | None = etree.fromstring(xml).findtext(path)
    return found


def test_xml_of_each_kind_is_valid(rendered: dict[str, Rendered]) -> None:
    """The library checks the XSD, too, while it makes the file: here it is the file that counts."""
    for files in rendered.values():
        assert xml_check_xsd(files.xml, flavor="factur-x", level="en16931")


def test_xml_of_each_kind_keeps_the_official_rules(
    rendered: dict[str, Rendered], tmp_path: Path
) -> None:
    for name, files in rendered.items():
        (tmp_path / name).write_bytes(files.xml)
    broken: dict[str, list[str]] = {name: [] for name in DOCUMENTS}
    # The rules of Factur-X know no guideline but its own; they look at all else.
    broken |= {name: ["Value of 'ram:ID' is not allowed."] for name in AUTHORITIES}
    assert broken_rules([tmp_path / name for name in rendered]) == broken


def test_xml_with_a_wrong_sum_breaks_the_official_rules(
    rendered: dict[str, Rendered], tmp_path: Path
) -> None:
    """Shows that the test above could fail."""
    wrong = rendered["domestic"].xml.replace(b">58.31</ram:GrandTotal", b">58.30</ram:GrandTotal")
    (tmp_path / "wrong").write_bytes(wrong)
    (rule, *_others) = broken_rules([tmp_path / "wrong"])["wrong"]
    assert rule.startswith("[BR-CO-15]")


def test_xml_made_again_is_the_same_byte_for_byte(rendered: dict[str, Rendered]) -> None:
    again = render(unsaved(DOCUMENTS["domestic"]), copy=True)
    assert again.xml == rendered["domestic"].xml
    assert again.pdf != rendered["domestic"].pdf


@pytest.mark.parametrize(
    ("name", "category", "code", "rate"),
    [
        ("domestic", "S", None, "19"),
        ("private abroad", "S", None, "20"),
        ("reverse charge", "AE", "VATEX-EU-AE", "0"),
        ("outside the EU", "O", "VATEX-EU-O", None),
        ("small business", "E", None, "0"),
    ],
)
def test_vat_has_the_category_of_its_rule(
    rendered: dict[str, Rendered], name: str, category: str, code: str | None, rate: str | None
) -> None:
    tax = etree.fromstring(rendered[name].xml).find(f"{SETTLEMENT}/{{*}}ApplicableTradeTax")
    assert tax is not None
    found = [
        tax.findtext(f"{{*}}{tag}")
        for tag in ("CategoryCode", "ExemptionReasonCode", "RateApplicablePercent")
    ]
    assert found == [category, code, rate]


def test_exemption_names_the_note_of_the_invoice() -> None:
    invoice = document(VIENNA, VatRule.REVERSE_CHARGE)
    (breakdown,) = e_invoice_terms(unsaved(invoice), invoice)["BG-23"]
    assert breakdown["BT-120"] == invoice.notes[0]


def test_vat_ids_are_left_out_where_the_service_is_outside_the_scope_of_vat() -> None:
    inside = e_invoice_terms(unsaved(document()), document())
    abroad = document(ZURICH, VatRule.OUTSIDE_EU)
    outside = e_invoice_terms(unsaved(abroad), abroad)
    assert (inside["BG-4"]["vat_identifier"], inside["BG-7"]["vat_identifier"]) == (
        "DE136695976",
        MUNICH.vat_id,
    )
    assert "vat_identifier" not in outside["BG-4"] | outside["BG-7"]


def test_credit_note_names_the_invoice_it_corrects(rendered: dict[str, Rendered]) -> None:
    xml = rendered["credit note"].xml
    corrected = f"{SETTLEMENT}/{{*}}InvoiceReferencedDocument"
    assert [
        text(xml, "{*}ExchangedDocument/{*}TypeCode"),
        text(xml, f"{corrected}/{{*}}IssuerAssignedID"),
        text(xml, f"{corrected}/{{*}}FormattedIssueDateTime/{{*}}DateTimeString"),
        text(xml, f"{SETTLEMENT}/{{*}}SpecifiedTradeSettlementPaymentMeans/{{*}}TypeCode"),
    ] == ["381", "2026-000122", "20261101", "97"]


def test_authority_receives_xrechnung(rendered: dict[str, Rendered]) -> None:
    assert text(rendered["authority"].xml, GUIDELINE) == XRECHNUNG
    assert text(rendered["authority"].xml, f"{AGREEMENT}/{{*}}BuyerReference") == LEITWEG_ID
    assert text(rendered["domestic"].xml, GUIDELINE) == "urn:cen.eu:en16931:2017"


def test_xrechnung_has_what_its_own_rules_want(rendered: dict[str, Rendered]) -> None:
    """BR-DE-1 to 7: payment, contact with telephone and e-mail. Their Schematron is in no package."""
    for name in AUTHORITIES:
        xml = rendered[name].xml
        contact = f"{AGREEMENT}/{{*}}SellerTradeParty/{{*}}DefinedTradeContact"
        assert text(xml, f"{contact}/{{*}}PersonName") == "Jana Schnitt"
        phone = f"{contact}/{{*}}TelephoneUniversalCommunication/{{*}}CompleteNumber"
        assert text(xml, phone) == "+49 30 1234567"
        email = f"{contact}/{{*}}EmailURIUniversalCommunication/{{*}}URIID"
        assert text(xml, email) == "rechnung@slate.example"
        assert text(xml, f"{SETTLEMENT}/{{*}}SpecifiedTradeSettlementPaymentMeans/{{*}}TypeCode")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [(LEITWEG_ID, True), ("04011000-1234512345-07", False), ("PO-4711", False), ("", False)],
)
def test_leitweg_id_is_told_by_its_check_digits(reference: str, expected: bool) -> None:
    assert is_leitweg_id(reference) is expected


@pytest.mark.parametrize(
    ("start", "end", "unit"),
    [
        (date(2026, 11, 29), date(2026, 12, 28), "MON"),
        (date(2027, 1, 31), date(2027, 2, 27), "MON"),  # to the last of a short month
        (date(2027, 2, 28), date(2027, 3, 30), "MON"),  # and from there to the anchor's day
        (date(2026, 11, 29), date(2027, 11, 28), "ANN"),
        (date(2028, 2, 29), date(2029, 2, 27), "ANN"),
        (date(2026, 12, 10), date(2026, 12, 28), "C62"),
        (date(2026, 11, 29), date(2027, 1, 28), "C62"),
    ],
)
def test_unit_of_a_line_follows_from_its_period(start: date, end: date, unit: str) -> None:
    assert unit_of(line(period=(start, end))) == unit


def test_days_of_a_month_are_one_unit_at_their_price() -> None:
    """The product of quantity and price is the net to the cent, which a fraction would miss."""
    invoice = DOCUMENTS["days of a month"]
    up, down = e_invoice_terms(unsaved(invoice), invoice)["BG-25"]
    assert (up["BT-129"], up["BT-146"], up["BT-131"]) == ("1", "51.17", "51.17")
    assert (down["BT-129"], down["BT-146"], down["BT-131"]) == ("-1", "25.33", "-25.33")


def test_whole_quantities_stay_as_they_are() -> None:
    invoice = document(lines=[line(14700, unit_cents=4900, quantity=Decimal(3))])
    (only,) = e_invoice_terms(unsaved(invoice), invoice)["BG-25"]
    assert (only["BT-129"], only["BT-146"], only["BT-131"]) == ("3", "49.00", "147.00")


def test_signs_that_xml_cannot_hold_are_left_out() -> None:
    buyer = MUNICH.model_copy(update={"company": "Isar\x0bfilm\x00 & Söhne\n<GmbH>"})
    made = render(unsaved(document(buyer)))
    path = f"{AGREEMENT}/{{*}}BuyerTradeParty/{{*}}Name"
    assert text(made.xml, path) == "Isar film & Söhne <GmbH>"


def test_credit_note_says_in_its_language_what_becomes_of_the_amount() -> None:
    note = document(**CREDIT)
    terms = e_invoice_terms(unsaved(note, language="en"), note)
    assert terms["BT-20"] == "The amount is set off or refunded."
    assert "BT-9" not in terms
