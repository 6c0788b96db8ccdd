"""Orders of jobs under way, so that they are not archived in the middle of one."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from portal.backoffice.models import BulkItem, Export, ExportFile
from shop.orders.archiving import orders_needed
from shop.orders.models import Order


@receiver(orders_needed)
def needed_by_jobs(sender: type[Order], **kwargs: Any) -> Q:
    """Return the condition of orders that a bulk action or an export is yet to come to.

    While an export of orders is being made, that is all orders: its rows are those of its filter.
    """
    waiting = BulkItem.objects.filter(order=OuterRef("pk"), outcome=BulkItem.Outcome.WAITING)
    exports = ExportFile.objects.filter(
        state=ExportFile.State.MAKING, export__subject=Export.Subject.ORDERS
    )
    return Q(Exists(waiting)) | Q(Exists(exports))
