"""What the worker does when it is woken up: whatever our rows say is due."""

from collections.abc import Callable, Iterator
from time import monotonic

from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.orders.models import Order, State
from shop.packing.models import Packing
from shop.packing.outcomes import LeaseLost
from shop.packing.packing import pack, take_back
from shop.worker.waking import wake

BATCH = 10
AT_MOST = 20  # seconds; then another wake-up goes on, well before the queue's own time-out


def drain(beat: Callable[[], None]) -> None:
    """Take back what was abandoned, then pack what is due, oldest first."""
    take_back_abandoned()
    until = monotonic() + AT_MOST
    while batch := list(_due()[:BATCH]):
        for pk in batch:
            beat()
            pack(pk)
        if monotonic() > until:
            wake("packing")
            return


def take_back_abandoned() -> None:
    """Return orders whose worker died: their lease is over and nobody has ended the try."""
    for record in _abandoned():
        try:
            take_back(record)
        except LeaseLost:
            continue


def _abandoned() -> Iterator[Packing]:
    over = Packing.objects.filter(lease_until__lt=timezone.now(), order__state=State.PACKING)
    return over.select_related("order").order_by("lease_until").iterator()


def _due() -> QuerySet[Order, int]:
    not_before = Q(packing=None) | Q(packing__next_try=None)
    not_before |= Q(packing__next_try__lte=timezone.now())
    due = Order.objects.filter(not_before, state=State.PENDING, complete=True)
    return due.order_by("created_at", "pk").values_list("pk", flat=True)
