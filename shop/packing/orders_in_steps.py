"""Orders whose contract has a run of steps under way, so that they are not archived."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from shop.orders.archiving import orders_needed
from shop.orders.models import Order
from shop.packing.models import ContractRun


@receiver(orders_needed)
def needed_by_runs(sender: type[Order], **kwargs: Any) -> Q:
    """Return the condition of orders whose steps of ending or of a change are not done."""
    runs = ContractRun.objects.filter(subscription__order=OuterRef("pk"))
    return Q(Exists(runs.exclude(state=ContractRun.State.DONE)))
