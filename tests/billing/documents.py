"""Documents of every kind of invoice and credit note, and rows that say them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shop.billing.invoice_document import (
    BuyerPart,
    InvoiceDocument,
    LinePart,
    SellerPart,
    TotalPart,
)
from shop.billing.models import Invoice
from shop.catalogue.vat import VatRule

LEITWEG_ID = "04011000-1234512345-06"
SELLER = SellerPart(
    legal_name="Slate Software GmbH",
    street="Klappenweg 7",
    postal_code="10997",
    city="Berlin",
    country="DE",
    vat_id="DE136695976",
    tax_number="37/123/45678",
    register_entry="Amtsgericht Charlottenburg, HRB 123456",
    contact="Jana Schnitt",
    email="rechnung@slate.example",
    phone="+49 30 1234567",
    iban="DE02120300000000202051",
    bic="BYLADEM1001",
)
MUNICH = BuyerPart(
    customer_type="company",
    company="Isarfilm Produktions GmbH",
    name="Korbinian Obermaier",
    street="Sendlinger Straße 8",
    postal_code="80331",
    city="München",
    country="DE",
    vat_id="DE129274202",
    email="buchhaltung@isarfilm.example",
    reference="PO-4711",
)
VIENNA = BuyerPart(
    customer_type="company",
    company="Donaufilm Gesellschaft m.b.H.",
    street="Mariahilfer Straße 1",
    street2="Stiege 2, Tür 14",
    postal_code="1060",
    city="Wien",
    country="AT",
    vat_id="ATU13585627",
    email="rechnung@donaufilm.example",
)
LYON = BuyerPart(
    customer_type="private",
    name="Amélie Lefèvre",
    street="12 rue de la République",
    postal_code="69001",
    city="Lyon",
    country="FR",
)
ZURICH = BuyerPart(
    customer_type="company",
    company="Limmatfilm AG",
    street="Langstrasse 20",
    postal_code="8004",
    city="Zürich",
    country="CH",
    vat_id="CHE-123.456.788",
)
LONDON = BuyerPart(
    customer_type="company",
    company="The Extraordinarily Long-Winded & Meticulous Motion Picture Company of Soho Limited",
    name="Bartholomew Featherstonehaugh-Cholmondeley",
    street="Flat 14, The Old Projection Rooms, 221 Great Marlborough Street",
    street2="Third Floor, left of the staircase",
    postal_code="W1F 7HR",
    city="London",
    country="GB",
    reference="Purchase order 2026/UK/000000123456",
)
CITY_OFFICE = BuyerPart(
    customer_type="company",
    company="Landeshauptstadt München, Kulturreferat",
    street="Burgstraße 4",
    postal_code="80331",
    city="München",
    country="DE",
    email="rechnung@kultur.example",
    reference=LEITWEG_ID,
)
MONTH = (date(2026, 11, 29), date(2026, 12, 28))
YEAR = (date(2026, 11, 29), date(2027, 11, 28))
NOTES = {
    VatRule.REVERSE_CHARGE: "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge).",
    VatRule.OUTSIDE_EU: "Nicht im Inland steuerbare Leistung.",
    VatRule.SMALL_BUSINESS: "Gemäß § 19 UStG wird keine Umsatzsteuer berechnet.",
}


def line(net_cents: int = 4900, rate: int = 19, **fields: Any) -> LinePart:
    """A month of tier M, unless `fields` say otherwise."""
    start, end = fields.pop("period", MONTH)
    defaults = {
        "text": "Slate M",
        "detail": "29.11.2026 – 28.12.2026 · Projekt Nachtdreh",
        "unit_cents": abs(net_cents),
        "quantity": Decimal(1 if net_cents >= 0 else -1),
    }
    values = {**defaults, **fields, "net_cents": net_cents, "vat_rate": Decimal(rate)}
    return LinePart(**values, period_start=start, period_end=end)


def document(
    buyer: BuyerPart = MUNICH,
    rule: VatRule = VatRule.DOMESTIC,
    lines: list[LinePart] | None = None,
    **fields: Any,
) -> InvoiceDocument:
    """A document whose totals follow from `lines`, which have one rate."""
    lines = lines or [line(rate=19 if rule == VatRule.DOMESTIC else 0)]
    rate, net = lines[0].vat_rate, sum(each.net_cents for each in lines)
    vat = int((Decimal(net) * rate / 100).quantize(Decimal(1), "ROUND_HALF_UP"))
    totals = [TotalPart(vat_rate=rate, rule=rule, net_cents=net, vat_cents=vat)]
    defaults = {
        "seller": SELLER,
        "notes": [NOTES[rule]] if rule in NOTES else [],
        "order_number": "K7QM-3FZ2",
    }
    return InvoiceDocument(buyer=buyer, lines=lines, totals=totals, **{**defaults, **fields})


TEN_LINES = [
    line(4900, text=f"Slate M, Projekt {name}", detail="29.11.2026 – 28.12.2026")
    for name in (
        "Nachtdreh", "Tagesschatten", "Das lange Wochenende am Rand der kleinen Stadt", "Regen",
        "Folge 1: Ankunft", "Folge 2: Abschied", "Folge 3: Wiederkehr", "Werbespot", "Making-of",
        "Kurzfilmwettbewerb des Bayerischen Rundfunks, dritter Durchgang",
    )
]  # fmt: skip
CREDIT: dict[str, Any] = {"corrects_number": "2026-000122", "corrects_issued_on": date(2026, 11, 1)}

INVOICES = {
    "domestic": document(),
    "discount": document(lines=[line(), line(-980, text="Rabatt BERLINALE", detail="20 %")]),
    "a year": document(lines=[line(52900, period=YEAR)]),
    "days of a month": document(
        lines=[
            line(5117, text="Slate L", unit_cents=9900, quantity=Decimal(31) / 60),
            line(-2533, text="Slate M", unit_cents=4900, quantity=-Decimal(31) / 60),
        ]
    ),
    "reverse charge": document(VIENNA, VatRule.REVERSE_CHARGE),
    "private abroad": document(LYON, VatRule.DESTINATION, [line(rate=20)]),
    "outside the EU": document(ZURICH, VatRule.OUTSIDE_EU),
    "long names": document(LONDON, VatRule.OUTSIDE_EU),
    "ten lines": document(lines=TEN_LINES),
    "authority": document(CITY_OFFICE),
    "small business": document(
        MUNICH, VatRule.SMALL_BUSINESS, seller=SELLER.model_copy(update={"vat_id": ""})
    ),
    "no VAT id of the seller": document(
        ZURICH,
        VatRule.OUTSIDE_EU,
        seller=SELLER.model_copy(update={"vat_id": "", "register_entry": ""}),
    ),
}
CREDIT_NOTES = {
    "credit note": document(**CREDIT),
    "credit note, part": document(
        lines=[line(1633, text="Slate M", unit_cents=4900, quantity=Decimal(10) / 30)], **CREDIT
    ),
    "credit note, reverse charge": document(VIENNA, VatRule.REVERSE_CHARGE, **CREDIT),
    "credit note, outside the EU": document(ZURICH, VatRule.OUTSIDE_EU, **CREDIT),
    "credit note, authority": document(CITY_OFFICE, **CREDIT),
}
DOCUMENTS = INVOICES | CREDIT_NOTES


def columns(document: InvoiceDocument) -> dict[str, Any]:
    """The columns of an invoice that follow from its document."""
    net = sum(total.net_cents for total in document.totals)
    vat = sum(total.vat_cents for total in document.totals)
    return {
        "document": document.model_dump(mode="json"),
        "kind": "credit_note" if document.corrects_number else "invoice",
        "period_start": document.lines[0].period_start,
        "period_end": document.lines[0].period_end,
        "net_cents": net,
        "vat_cents": vat,
        "gross_cents": net + vat,
        "recipient": document.buyer.email or "rechnung@example.com",
    }


def unsaved(document: InvoiceDocument, /, **fields: Any) -> Invoice:
    """An invoice as its row would be, without a database."""
    issued_on = date(2026, 11, 29)
    values = {
        "number": "2026-000123",
        "issued_on": issued_on,
        "due_on": issued_on + timedelta(days=14),
        "language": "de",
        "currency": "EUR",
        "corrects_id": 1 if document.corrects_number else None,
        "reason": "Das Projekt endete früher." if document.corrects_number else "",
    }
    return Invoice(**{**columns(document), **values, **fields})
