"""The path converter of invoice numbers."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class InvoiceNumber(StringConverter):
    """Numbers of invoices; PostgreSQL cannot even look for some other texts."""

    regex = "[0-9A-Z-]{1,30}"


register_converter(InvoiceNumber, "invoice_number")
