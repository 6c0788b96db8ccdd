"""An invoice's PDF or XML as an answer, for the pages of clients and of staff."""

import logging

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from shop.billing.invoice_files import invoice_file
from shop.billing.models import Invoice
from shop.billing.rendering import RenderingError

logger = logging.getLogger(__name__)

CONTENT_TYPES = {"pdf": "application/pdf", "xml": "application/xml"}


def invoice_download(invoice: Invoice, file_format: str) -> HttpResponse | None:
    """Return the file in `file_format` ("pdf" or "xml"); None where it cannot be made now."""
    try:
        name, content = invoice_file(invoice, file_format)
    except RenderingError:
        logger.exception("The %s of %s could not be made.", file_format, invoice)
        return None
    # A browser shows a PDF; whoever wants the XML wants the file.
    disposition = content_disposition_header(as_attachment=file_format == "xml", filename=name)
    headers = {"Content-Disposition": disposition} if disposition else {}
    return HttpResponse(content, content_type=CONTENT_TYPES[file_format], headers=headers)
