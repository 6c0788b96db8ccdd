"""Columns of exported invoices: a line for each invoice and rate, as tax advisers need them.

From them the recapitulative statement (rule `reverse_charge`, by VAT ID) and the OSS return (rule
`destination`, by country and rate) can be made. Credit notes have negative amounts.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.exports.order_columns import plain
from portal.backoffice.exports.spreadsheets import Cell, CellKind, Column, empty_cell
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.models import Invoice


@dataclass(frozen=True)
class InvoiceLine:
    """The amount that an invoice or credit note charges at one rate."""

    invoice: Any
    document: InvoiceDocument
    total: Any

    @property
    def sign(self) -> int:
        """Return -1 for a credit note, else 1."""
        return -1 if self.invoice.kind == Invoice.Kind.CREDIT_NOTE else 1


@dataclass(frozen=True)
class InvoiceColumn(Column):
    """A column whose cells are read from an InvoiceLine."""

    value: Callable[[InvoiceLine], Cell] = empty_cell
    permission: str = ""


def _of_invoice(
    key: str, label: StrOrPromise, kind: CellKind = CellKind.TEXT, name: str = ""
) -> InvoiceColumn:
    return InvoiceColumn(key, label, kind, lambda line: plain(getattr(line.invoice, name or key)))


def _of_buyer(key: str, label: StrOrPromise) -> InvoiceColumn:
    return InvoiceColumn(
        key, label, CellKind.TEXT, lambda line: plain(getattr(line.document.buyer, key))
    )


def _cents(key: str, label: StrOrPromise, cents: Callable[[Any], int]) -> InvoiceColumn:
    return InvoiceColumn(key, label, CellKind.MONEY, lambda line: line.sign * cents(line.total))


DAY = CellKind.DAY
COLUMNS: tuple[InvoiceColumn, ...] = (
    _of_invoice("number", _("Number")),
    InvoiceColumn(
        "kind", _("Kind"), CellKind.TEXT, lambda line: str(line.invoice.get_kind_display())
    ),
    _of_invoice("issued_on", _("Issued on"), DAY),
    _of_invoice("due_on", _("Due on"), DAY),
    _of_invoice("period_start", _("Period from"), DAY),
    _of_invoice("period_end", _("Period to"), DAY),
    _of_invoice("client_number", _("Client number"), CellKind.NUMBER, "client_id"),
    InvoiceColumn(
        "buyer",
        _("Buyer"),
        CellKind.TEXT,
        lambda line: line.document.buyer.company or line.document.buyer.name,
    ),
    _of_buyer("country", _("Country")),
    _of_buyer("customer_type", _("Customer type")),
    _of_buyer("vat_id", _("VAT ID")),
    InvoiceColumn("rule", _("Rule"), CellKind.TEXT, lambda line: str(line.total.rule)),
    InvoiceColumn(
        "rate", _("Rate in percent"), CellKind.PERCENT, lambda line: str(line.total.vat_rate)
    ),
    _cents("net", _("Net"), lambda total: total.net_cents),
    _cents("vat", _("VAT"), lambda total: total.vat_cents),
    _cents("gross", _("Gross"), lambda total: total.net_cents + total.vat_cents),
    _of_invoice("currency", _("Currency")),
    InvoiceColumn(
        "corrects",
        _("Corrects invoice"),
        CellKind.TEXT,
        lambda line: line.document.corrects_number,
    ),
    InvoiceColumn(
        "order_number", _("Order number"), CellKind.TEXT, lambda line: line.document.order_number
    ),
)


def lines_of(invoices: Iterable[Any]) -> Iterator[InvoiceLine]:
    """Yield the lines of `invoices`."""
    for invoice in invoices:
        document = InvoiceDocument.model_validate(invoice.document)
        for total in document.totals:
            yield InvoiceLine(invoice, document, total)
