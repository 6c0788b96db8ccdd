"""The subjects of exports, and what each takes out."""

from portal.backoffice.activity.activity_export import ActivityExport
from portal.backoffice.exports.export_sources import ExportSource, InvoiceExport, OrderExport
from portal.backoffice.models import Export

SOURCES: dict[str, type[ExportSource]] = {
    Export.Subject.ORDERS: OrderExport,
    Export.Subject.INVOICES: InvoiceExport,
    Export.Subject.ACTIVITY: ActivityExport,
}


def source_of(export: Export) -> ExportSource:
    """Return what `export` takes out."""
    assert export.user is not None  # noqa: S101 -- NULL only in rows of old versions
    return SOURCES[export.subject](export.filter, export.user)
