"""`/api/invoices`: list invoices, show one, and its files (contract, "Orders API")."""

from urllib.parse import urljoin

from django.http import HttpRequest, HttpResponse

from shop.access.tokens import BILLING, Bearer
from shop.api.auth import bearer_required
from shop.api.invoice_list import find_invoice, list_invoices
from shop.api.invoice_schema import InvoiceAnswer
from shop.api.paging import InvalidQueryError, PageQuery
from shop.api.responses import OWN_HEADERS, failure, success
from shop.base_url import base_url
from shop.billing.invoice_files import invoice_file
from shop.billing.rendering import RenderingError
from shop.billing.shown_invoices import shown_invoice
from shop.faults import fault
from shop.openapi import File, Operation

PDF, XML = File("application/pdf"), File("application/xml")


@bearer_required(
    GET=Operation(
        "listInvoices",
        "List your invoices, newest first",
        "Invoices and credit notes of the orders that this application placed; with a user's token "
        "those of the clients that the user administers.",
        answers={200: list[InvoiceAnswer]},
        query=PageQuery,
        headers=("Total", "Per-Page", "Links", "Link"),
        scope=BILLING,
    )
)
def invoices(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """List the invoices that the token sees."""
    try:
        page = list_invoices(request.GET, bearer)
    except InvalidQueryError as refusal:
        return failure(422, refusal.faults)
    shown = [shown_invoice(row, row.state) for row in page.rows]
    return page.answer(shown, urljoin(base_url(request), request.path))


@bearer_required(
    GET=Operation(
        "showInvoice",
        "Show an invoice",
        "The invoice as it was issued, and whether it has been paid.",
        {200: InvoiceAnswer},
        scope=BILLING,
    )
)
def invoice(request: HttpRequest, bearer: Bearer, number: str) -> HttpResponse:
    """Show an invoice; 404 for anybody to whom it does not belong."""
    found = find_invoice(number, bearer)
    if found is None:
        return failure(404, fault("invoice_not_found"))
    return success(200, {"invoice": shown_invoice(found, found.state)})


@bearer_required(
    GET=Operation(
        "showInvoicePdf",
        "Fetch an invoice as PDF",
        "The PDF that the buyer was sent: PDF/A-3, with the invoice as XML inside.",
        {200: PDF},
        headers=("Content-Disposition",),
        scope=BILLING,
    )
)
def invoice_pdf(request: HttpRequest, bearer: Bearer, number: str) -> HttpResponse:
    """The PDF of an invoice."""
    return _file(bearer, number, "pdf", PDF)


@bearer_required(
    GET=Operation(
        "showInvoiceXml",
        "Fetch an invoice as XML",
        "The invoice by EN 16931: XRechnung for German authorities, otherwise Factur-X (ZUGFeRD).",
        {200: XML},
        headers=("Content-Disposition",),
        scope=BILLING,
    )
)
def invoice_xml(request: HttpRequest, bearer: Bearer, number: str) -> HttpResponse:
    """The XML of an invoice."""
    return _file(bearer, number, "xml", XML)


def _file(bearer: Bearer, number: str, file_format: str, file: File) -> HttpResponse:
    found = find_invoice(number, bearer)
    if found is None:
        return failure(404, fault("invoice_not_found"))
    try:
        name, content = invoice_file(found, file_format)
    except RenderingError:
        return failure(503, fault("file_unavailable"), {"Retry-After": "60"})
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, file.media_type, headers={**OWN_HEADERS, **disposition})
