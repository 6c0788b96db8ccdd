"""What the worker does when it is woken up: whatever our rows say is due.

A wake-up is a hint and no more. One that is lost, comes late or comes twice changes nothing: the
supervisor sends another each second, and what is due is asked of the rows each time.
"""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.orders.models import Order, State
from shop.packing.attempts import claim, reclaim
from shop.packing.models import Packing
from shop.packing.outcomes import LeaseLost
from shop.packing.runner import calls_out, run_steps
from shop.worker.wake_up import wake

BATCH = 10
AT_MOST = 20  # seconds; then another wake-up goes on, well before the queue's own time-out


def run_due(beat: Callable[[], None]) -> None:
    """Take back what was abandoned, then pack what is due."""
    reclaim_expired()
    until = monotonic() + AT_MOST
    while batch := due():
        if len(batch) == BATCH:
            # There is more than one process can do at once.
            wake("packing")
        for pks in _portions(batch):
            for record in claim(pks):
                beat()
                run_steps(record, beat)
            if monotonic() > until:
                wake("packing")
                return


def reclaim_expired() -> None:
    """Return orders whose worker died: their lease is over and nobody has ended the try."""
    for record in _expired():
        try:
            reclaim(record)
        except LeaseLost:
            continue


def due() -> list[int]:
    """The numbers of at most BATCH orders that are to be packed now, the longest due first.

    An order that failed is due anew from its next try on, and so comes after those that have
    waited longer: however many fail, they do not hold up the others.
    """
    found = [*due_first_attempts()[:BATCH], *due_retries()[:BATCH]]
    return [pk for _since, pk in sorted(found)[:BATCH]]


def due_first_attempts() -> QuerySet[Order, Any]:
    """Since when which orders are due that wait for no next try: moment and number."""
    ready = Order.objects.filter(state=State.PENDING, complete=True, packing__next_try=None)
    return ready.order_by("created_at", "pk").values_list("created_at", "pk")


def due_retries() -> QuerySet[Packing, Any]:
    """Since when which orders are due again; `claim` forgets those that were cancelled.

    A query of its own, of one table: joined, SQLite would read all pending orders for it.
    """
    again = Packing.objects.filter(next_try__lte=timezone.now())
    return again.order_by("next_try", "pk").values_list("next_try", "pk")


def _expired() -> Iterator[Packing]:
    over = Packing.objects.filter(lease_until__lt=timezone.now(), order__state=State.PACKING)
    return over.select_related("order").order_by("lease_until").iterator()


def _portions(batch: list[int]) -> list[list[int]]:
    """What to claim at once: all, unless another system may let the last of them wait for long."""
    if any(calls_out(import_string(path)) for path in settings.PACKING_STEPS):
        return [[pk] for pk in batch]
    return [batch]
