"""An invoice as its PDF shows it: texts, with numbers and dates in the form of its language."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from stdnum import iban

from shop.billing.invoice_document import (
    BuyerPart,
    InvoiceDocument,
    LinePart,
    SellerPart,
    TotalPart,
)
from shop.billing.models import Invoice
from shop.billing.printable_text import printable
from shop.catalogue.templatetags.money import money
from shop.catalogue.vat import VatRule

Page = dict[str, Any]
Rows = list[list[str]]

# Where the postal code is written after the city.
CITY_FIRST = {"AU", "CA", "GB", "IE", "IN", "NZ", "US"}
MOST = Decimal("999999999.99")  # euros, by the EPC's guideline
REGIONS = {"de": "de_DE", "en": "en_GB"}


def invoice_page(invoice: Invoice, document: InvoiceDocument, *, copy: bool = False) -> Page:
    """All that the template prints, in the language of the invoice; a copy says that it is one."""
    with translation.override(invoice.language):
        heading = _("Credit note") if invoice.corrects_id else _("Invoice")
        page = {
            "lang": REGIONS[invoice.language].replace("_", "-"),
            "heading": heading,
            "number": invoice.number,
            "copy": pgettext("of an invoice", "Copy") if copy else "",
            "sender": _sender_line(document.seller),
            "recipient": _recipient(document),
            "facts": _facts(invoice, document),
            "reason": "" if _is_on_a_line(invoice.reason, document) else invoice.reason,
            "columns": [
                _("Description"),
                _("Quantity"),
                _("Unit price"),
                _("VAT"),
                _("Net (%(currency)s)") % {"currency": invoice.currency},
            ],
            "lines": [_line(line, document) for line in document.lines],
            "totals": _totals(invoice, document),
            "total": [_("Total"), money(invoice.gross_cents, invoice.currency)],
            "notes": document.notes,
            "payment": _payment(invoice, document.seller),
            "transfer": _transfer(invoice, document.seller),
            "footer": _footer(document.seller),
            "page": _("Page"),
        }
        page["metadata"] = _metadata(invoice, document, heading)
    printed: Page = _printable(page)
    return printed


def _metadata(invoice: Invoice, document: InvoiceDocument, heading: str) -> dict[str, str]:
    title = f"{heading} {invoice.number}"
    return {
        "author": document.seller.legal_name,
        "title": title,
        "subject": f"{document.seller.legal_name}, {day(invoice.issued_on)}",
        "keywords": f"{heading}, Factur-X, ZUGFeRD",
    }


def day(value: date) -> str:
    """A day in full, such as "29 November 2026", in the current language."""
    return format_date(value, "long", locale=_region())


def short_day(value: date) -> str:
    """A day in short, such as "29 Nov 2026" or "29.11.2026", in the current language."""
    return format_date(value, "medium", locale=_region())


def _region() -> str:
    return REGIONS["en" if translation.get_language() == "en" else "de"]


def _sender_line(seller: SellerPart) -> str:
    return " · ".join([seller.legal_name, seller.street, _city(seller)])


def _city(party: SellerPart | BuyerPart) -> str:
    if party.country in CITY_FIRST:
        return f"{party.city} {party.postal_code}"
    return f"{party.postal_code} {party.city}"


def _recipient(document: InvoiceDocument) -> list[str]:
    buyer = document.buyer
    lines = [buyer.company, buyer.name] if buyer.customer_type == "company" else [buyer.name]
    lines += [buyer.street, buyer.street2, _city(buyer)]
    if buyer.country != document.seller.country:
        lines.append(_country(buyer.country).upper())
    return [line for line in lines if line]


def _country(code: str) -> str:
    return str(Locale.parse(_region()).territories.get(code, code))


def _facts(invoice: Invoice, document: InvoiceDocument) -> Rows:
    rows = [[_("Number"), invoice.number], [_("Date"), short_day(invoice.issued_on)]]
    if document.corrects_number and document.corrects_issued_on:
        corrected = f"{document.corrects_number} · {short_day(document.corrects_issued_on)}"
        rows.append([_("Corrects invoice"), corrected])
    else:
        rows.append([_("Due date"), short_day(invoice.due_on)])
    rows.append(
        [_("Period"), f"{short_day(invoice.period_start)} – {short_day(invoice.period_end)}"]
    )
    rows.append([_("Order number"), document.order_number])
    rows.append([_("Your reference"), document.buyer.reference])
    rows.append([_("Your VAT ID"), document.buyer.vat_id])
    return [row for row in rows if row[1]]


def _is_on_a_line(reason: str, document: InvoiceDocument) -> bool:
    return any(line.detail == reason for line in document.lines)


def _line(line: LinePart, document: InvoiceDocument) -> Page:
    taxed = any(total.vat_cents for total in document.totals)
    return {
        "text": line.text,
        "detail": line.detail,
        "quantity": _figure(line.quantity),
        "unit": _cents(line.unit_cents),
        "vat": _percent(line.vat_rate) if taxed else "–",
        "net": _cents(line.net_cents),
    }


def _figure(value: Decimal) -> str:
    return _minus(format_decimal(value, "#,##0.####", locale=_region()))


def _cents(cents: int) -> str:
    return _minus(format_decimal(Decimal(cents) / 100, "#,##0.00", locale=_region()))


def _percent(rate: Decimal) -> str:
    pattern = Locale.parse(_region()).percent_formats[None].pattern
    return format_percent(rate / 100, pattern.replace("0", "0.##", 1), locale=_region())


def _minus(figure: str) -> str:
    return figure.replace("-", "−")


def _totals(invoice: Invoice, document: InvoiceDocument) -> Rows:
    rows = [[_("Net"), money(invoice.net_cents, invoice.currency)]]
    return rows + [_total(total, invoice, document) for total in document.totals]


def _total(total: TotalPart, invoice: Invoice, document: InvoiceDocument) -> list[str]:
    vat = money(total.vat_cents, invoice.currency)
    match total.rule:
        case VatRule.REVERSE_CHARGE:
            return [_("VAT, reverse charge"), vat]
        case VatRule.OUTSIDE_EU | VatRule.SMALL_BUSINESS:
            return [_("No VAT"), vat]
    values = {"rate": _percent(total.vat_rate), "net": money(total.net_cents, invoice.currency)}
    if total.rule == VatRule.DESTINATION:
        values["country"] = _country(document.buyer.country)
        return [_("VAT %(country)s, %(rate)s of %(net)s") % values, vat]
    return [_("VAT, %(rate)s of %(net)s") % values, vat]


def _payment(invoice: Invoice, seller: SellerPart) -> Page | None:
    """The box that says how to pay; on a credit note, what becomes of the amount."""
    if invoice.corrects_id:
        sentence = _("We set the amount off against your open invoices, or refund it.")
        return {"sentence": sentence, "rows": [], "caption": ""}
    if not invoice.gross_cents:
        return None
    amount = money(invoice.gross_cents, invoice.currency)
    values = {"amount": amount, "day": day(invoice.due_on)}
    rows = [
        [_("Payee"), seller.legal_name],
        ["IBAN", iban.format(seller.iban)],
        ["BIC", seller.bic],
        [_("Reference"), invoice.number],
    ]
    return {
        "sentence": _("Please transfer %(amount)s by %(day)s.") % values,
        "rows": [row for row in rows if row[1]],
        "caption": _("Scan with your banking app"),
    }


def _transfer(invoice: Invoice, seller: SellerPart) -> dict[str, str] | None:
    """The transfer of a GiroCode; None where nothing is paid in euro to an IBAN."""
    euros = Decimal(invoice.gross_cents) / 100
    payable = invoice.currency == "EUR" and not invoice.corrects_id and 0 < euros <= MOST
    if not payable or not iban.is_valid(seller.iban):
        return None
    return {
        "name": seller.legal_name,
        "iban": iban.compact(seller.iban),
        "bic": seller.bic,
        "amount": f"{euros:.2f}",
        "text": invoice.number,
    }


def _footer(seller: SellerPart) -> list[list[str]]:
    """Three columns: address, contact and register, tax and bank."""
    address = [seller.legal_name, seller.street, _city(seller), _country(seller.country)]
    contact = [seller.contact, seller.email, seller.phone, seller.register_entry]
    vat_id = _("VAT ID %(id)s") % {"id": seller.vat_id} if seller.vat_id else ""
    tax_number = _("Tax number %(number)s") % {"number": seller.tax_number}
    bank = [
        vat_id,
        tax_number if seller.tax_number else "",
        f"IBAN {iban.format(seller.iban)}",
        f"BIC {seller.bic}" if seller.bic else "",
    ]
    return [[line for line in column if line] for column in (address, contact, bank)]


def _printable(value: Any) -> Any:
    match value:
        case dict():
            return {key: _printable(each) for key, each in value.items()}
        case list():
            return [_printable(each) for each in value]
        case str():
            return printable(value)
        case _:
            return value
