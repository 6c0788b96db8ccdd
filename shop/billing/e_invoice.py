"""An invoice in the terms of EN 16931 (BT-1, BG-4 …), of which the XML is made.

All is taken from the invoice's row and from constants, never from texts that are translated or from
the clock: made again, the XML is the same byte for byte (contract, "Invoices").
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, assert_never

from stdnum.de import leitweg

from shop.billing.invoice_document import (
    BuyerPart,
    InvoiceDocument,
    LinePart,
    SellerPart,
    TotalPart,
)
from shop.billing.models import Invoice
from shop.billing.printable_text import printable
from shop.catalogue.vat import VatRule

Terms = dict[str, Any]

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
# The terms of payment of a credit note: nothing is to be paid by the buyer.
SET_OFF = {
    "de": "Der Betrag wird verrechnet oder erstattet.",
    "en": "The amount is set off or refunded.",
}


def is_leitweg_id(reference: str) -> bool:
    """True if `reference` is a Leitweg-ID, by which German authorities receive invoices."""
    return bool(leitweg.is_valid(reference))


def e_invoice_terms(invoice: Invoice, document: InvoiceDocument) -> Terms:
    """The terms of `invoice` as factur-x takes them; days are written YYYY-MM-DD."""
    rules = {total.vat_rate: total.rule for total in document.totals}
    with_vat_ids = VatRule.OUTSIDE_EU not in rules.values()
    seller, buyer = document.seller, document.buyer
    terms: Terms = {
        "BT-1": invoice.number,
        "BT-2": invoice.issued_on.isoformat(),
        "BT-3": "381" if invoice.corrects_id else "380",
        "BT-5": invoice.currency,
        "BT-10": buyer.reference,
        "BT-14": document.order_number,
        "BT-23": PEPPOL_BILLING,
        "BT-72": invoice.period_end.isoformat(),
        "BT-73": invoice.period_start.isoformat(),
        "BT-74": invoice.period_end.isoformat(),
        "BT-83": invoice.number,
        "BT-106": _amount(sum(line.net_cents for line in document.lines)),
        "BT-109": _amount(invoice.net_cents),
        "BT-110": _amount(invoice.vat_cents),
        "BT-112": _amount(invoice.gross_cents),
        "BT-115": _amount(invoice.gross_cents),
        "BG-1": [{"BT-22": note} for note in document.notes],
        "BG-4": _seller(seller, with_vat_id=with_vat_ids),
        "BG-7": _buyer(buyer, invoice.recipient, with_vat_id=with_vat_ids),
        "BG-23": [_vat_breakdown(total, document.notes) for total in document.totals],
        "BG-25": [
            _line(number, line, rules[line.vat_rate])
            for number, line in enumerate(document.lines, start=1)
        ],
        **_payment(invoice, seller),
    }
    if document.corrects_number and document.corrects_issued_on:
        corrected_on = document.corrects_issued_on.isoformat()
        terms["BG-3"] = [{"BT-25": document.corrects_number, "BT-26": corrected_on}]
    cleaned: Terms = _clean(terms)
    return cleaned


def _payment(invoice: Invoice, seller: SellerPart) -> Terms:
    if invoice.corrects_id:
        # 97: settled between the two; a transfer would name the seller's account as the payee's.
        return {"BT-81": "97", "BT-20": SET_OFF[invoice.language]}
    return {
        "BT-9": invoice.due_on.isoformat(),
        "BT-81": "58" if invoice.currency == "EUR" else "30",
        "BT-84": seller.iban.replace(" ", ""),
        "BT-85": seller.legal_name,
        "BT-86": seller.bic,
    }


def _seller(seller: SellerPart, *, with_vat_id: bool) -> Terms:
    party = {
        "name": seller.legal_name,
        "legal_identifier": seller.register_entry,
        "contacts": [
            {
                "name": seller.contact or seller.legal_name,
                "phone": seller.phone,
                "email": seller.email,
            }
        ],
        "addr_l1": seller.street,
        "postcode": seller.postal_code,
        "city": seller.city,
        "country_code": seller.country,
        "einvoicing_addr": seller.email,
        "einvoicing_addr_schemeid": "EM",
        "tax_identifier": seller.tax_number,
    }
    if with_vat_id:
        return party | {"vat_identifier": seller.vat_id}
    # BR-O-02 forbids VAT ids where the service is outside the scope of VAT. BR-CO-26 still wants
    # the seller to be identified.
    known_by = seller.register_entry or seller.tax_number or seller.vat_id
    return party | {"legal_identifier": known_by}


def _buyer(buyer: BuyerPart, recipient: str, *, with_vat_id: bool) -> Terms:
    company = buyer.customer_type == "company"
    return {
        "name": buyer.company if company else buyer.name,
        "contacts": [{"name": buyer.name}] if company and buyer.name else [],
        "addr_l1": buyer.street,
        "addr_l2": buyer.street2,
        "postcode": buyer.postal_code,
        "city": buyer.city,
        "country_code": buyer.country,
        "einvoicing_addr": buyer.email or recipient,
        "einvoicing_addr_schemeid": "EM",
        "vat_identifier": buyer.vat_id if with_vat_id else "",
    }


def _category(rule: VatRule) -> tuple[str, str, str]:
    """The category of VAT (UNTDID 5305), the code of its exemption (VATEX), and the reason."""
    match rule:
        case VatRule.DOMESTIC | VatRule.DESTINATION:
            return "S", "", ""
        case VatRule.REVERSE_CHARGE:
            return "AE", "VATEX-EU-AE", "Reverse charge"
        case VatRule.OUTSIDE_EU:
            # A service, taxed where the buyer is. "G" is the export of goods.
            return "O", "VATEX-EU-O", "Not subject to VAT"
        case VatRule.SMALL_BUSINESS:
            return "E", "", "Small business"
        case _:
            assert_never(rule)


def _vat_breakdown(total: TotalPart, notes: list[str]) -> Terms:
    category, code, reason = _category(total.rule)
    breakdown = {
        "BT-116": _amount(total.net_cents),
        "BT-117": _amount(total.vat_cents),
        "BT-118": category,
    }
    if category != "O":  # BR-O-05 and BR-48: where nothing is taxed, there is no rate
        breakdown["BT-119"] = _number(total.vat_rate)
    if category != "S":
        breakdown |= {"BT-120": " ".join(notes) or reason, "BT-121": code}
    return breakdown


def _line(number: int, line: LinePart, rule: VatRule) -> Terms:
    category, _code, _reason = _category(rule)
    quantity, unit_cents = _quantity_and_price(line)
    terms = {
        "BT-126": str(number),
        "BT-129": _number(quantity),
        "BT-130": unit_of(line),
        "BT-131": _amount(line.net_cents),
        "BT-146": _amount(unit_cents),
        "BT-151": category,
        "BT-153": line.text,
        "BT-154": line.detail,
    }
    if category != "O":
        terms["BT-152"] = _number(line.vat_rate)
    if line.period_start and line.period_end:
        terms["BT-134"] = line.period_start.isoformat()
        terms["BT-135"] = line.period_end.isoformat()
    return terms


def _quantity_and_price(line: LinePart) -> tuple[Decimal, int]:
    """Quantity and price whose product is the line's net to the cent; the price is positive.

    Days of a period are a fraction that four decimals cannot say: then it is one, at its price.
    """
    sign = -1 if line.unit_cents < 0 else 1
    quantity, unit_cents = line.quantity * sign, line.unit_cents * sign
    if quantity * unit_cents == line.net_cents and round(quantity, 4) == quantity:
        return quantity, unit_cents
    return Decimal(1 if line.net_cents >= 0 else -1), abs(line.net_cents)


def unit_of(line: LinePart) -> str:
    """The unit of the line's period: a year (ANN), a month (MON), or one of anything (C62)."""
    if not (line.period_start and line.period_end):
        return "C62"
    following = line.period_end + timedelta(days=1)
    months = (following.year - line.period_start.year) * 12
    months += following.month - line.period_start.month
    if months not in (1, 12) or not _same_day(line.period_start, following):
        return "C62"
    return "ANN" if months == 12 else "MON"


def _same_day(start: date, following: date) -> bool:
    """True if whole months lie between; a short month's last day stands for the later ones."""
    if start.day > following.day:
        return (following + timedelta(days=1)).day == 1
    return start.day == following.day or (start + timedelta(days=1)).day == 1


def _amount(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _clean(value: Any) -> Any:
    """`value` without what is empty, and without signs that XML cannot hold."""
    match value:
        case dict():
            cleaned = {key: _clean(each) for key, each in value.items()}
            return {key: each for key, each in cleaned.items() if each not in ("", [])}
        case list():
            return [_clean(each) for each in value]
        case str():
            return printable(value)
        case _:
            return value
