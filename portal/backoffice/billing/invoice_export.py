"""Export of invoices for the tax adviser: a line for each invoice and rate, streamed and logged.

From it the recapitulative statement (rule `reverse_charge`, by VAT ID) and the OSS return (rule
`destination`, by country and rate) can be made. Credit notes have negative amounts.
"""

import csv
import logging
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.backoffice.billing.billing_access import HANDLE
from portal.backoffice.billing.invoice_filters import InvoiceFilter, parse_invoice_filter
from portal.backoffice.models import Export
from portal.backoffice.queue.order_export import FORMULA
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.models import Invoice
from shop.languages import page_language
from shop.tenancy.models import User

logger = logging.getLogger(__name__)

AT_ONCE = 500  # invoices in one query; no cursor stays open between queries


@permission_required(HANDLE)
@require_safe
@recent_factor_required
def export_invoices(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered invoices, oldest first, with `;`, decimal comma and dates as read."""
    wanted = parse_invoice_filter(request.GET)
    # The language is that of the request, which is over when the lines are made.
    lines = _recorded(wanted, staff_user(request), _columns(), page_language())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"invoices-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _columns() -> list[str]:
    return [
        *(_("Number"), _("Kind"), _("Issued on"), _("Due on"), _("Period from"), _("Period to")),
        *(_("Client number"), _("Buyer"), _("Country"), _("Customer type"), _("VAT ID")),
        *(_("Rule"), _("Rate in percent"), _("Net"), _("VAT"), _("Gross"), _("Currency")),
        *(_("Corrects invoice"), _("Order number")),
    ]


def _recorded(
    wanted: InvoiceFilter, staff: User, columns: list[str], language: str
) -> Iterator[str]:
    export = Export.objects.create(
        user=staff,
        subject=Export.Subject.INVOICES,
        format=Export.Format.CSV,
        filter=wanted.as_query(),
    )
    logger.info("User %s begins %s.", staff.pk, export)
    yield "\ufeff"  # else spreadsheets guess another encoding
    yield _csv(columns, language)
    number = 0
    for invoice in _invoices(wanted):
        for line in _lines(invoice):
            yield _csv(line, language)
            number += 1
    Export.objects.filter(pk=export.pk).update(number=number)
    logger.info("User %s has completed %s: %s lines.", staff.pk, export, number)


def _invoices(wanted: InvoiceFilter) -> Iterator[Any]:
    last = 0
    found = wanted.invoices().select_related("corrects").order_by("pk")
    while rows := list(found.filter(pk__gt=last)[:AT_ONCE]):
        yield from rows
        last = rows[-1].pk


def _lines(invoice: Any) -> Iterator[list[Any]]:
    document = InvoiceDocument.model_validate(invoice.document)
    buyer, sign = document.buyer, -1 if invoice.kind == Invoice.Kind.CREDIT_NOTE else 1
    for total in document.totals:
        net, vat = sign * total.net_cents, sign * total.vat_cents
        yield [
            *(invoice.number, invoice.kind, invoice.issued_on, invoice.due_on),
            *(invoice.period_start, invoice.period_end, str(invoice.client_id)),
            *(buyer.company or buyer.name, buyer.country, buyer.customer_type, buyer.vat_id),
            *(str(total.rule), total.vat_rate),
            *(Decimal(cents) / 100 for cents in (net, vat, net + vat)),
            *(invoice.currency, document.corrects_number, document.order_number),
        ]


def _csv(values: Iterable[Any], language: str) -> str:
    line = StringIO()
    csv.writer(line, delimiter=";").writerow([_plain(value, language) for value in values])
    return line.getvalue()


def _plain(value: object, language: str) -> object:
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}" if language == "de" else value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value
