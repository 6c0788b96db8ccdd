"""Pack what is due: the worker's loop, which looks in the rows at each wake-up."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from shop.orders.models import Order, State
from shop.packing.attempts import claim, reclaim
from shop.packing.batches import run_batch
from shop.packing.models import Packing
from shop.packing.runner import run_steps
from shop.packing.step_names import configured_steps
from shop.worker.leases import LeaseLostError, expired
from shop.worker.shutdown import is_shutting_down
from shop.worker.wake_up import wake

BATCH = 10
AT_MOST = 20  # seconds; then another wake-up goes on, well before the queue's own time-out


def run_due(beat: Callable[[], None]) -> None:
    """Reclaim what was abandoned, then pack what is due, calling `beat` between two steps."""
    reclaim_expired()
    until = monotonic() + AT_MOST
    while batch := due():
        if len(batch) == BATCH:
            # There is more than one process can do at once.
            wake("packing")
        # Where a step calls another system, the last order of a batch might wait for too long.
        one_by_one = any(step.calls_out for step in configured_steps())
        for pks in [[pk] for pk in batch] if one_by_one else [batch]:
            records = claim(pks)
            if one_by_one:
                for record in records:
                    beat()
                    run_steps(record, beat)
            else:
                run_batch(records, beat)
            if monotonic() > until or is_shutting_down():
                wake("packing")
                return


def reclaim_expired() -> None:
    """End the attempts of workers that died."""
    held = Packing.objects.filter(order__state=State.PACKING).select_related("order")
    for record in expired(held).iterator():
        with suppress(LeaseLostError):
            reclaim(record)


def due() -> list[int]:
    """The numbers of at most BATCH orders to pack now, the longest due first.

    An order that failed is due from its next attempt on, so it does not hold up the others.
    """
    found = [*due_first_attempts()[:BATCH], *due_retries()[:BATCH]]
    return [pk for _since, pk in sorted(found)[:BATCH]]


def due_first_attempts() -> QuerySet[Order, Any]:
    """Orders that wait for no retry: since when they are due, and their number."""
    ready = Order.objects.filter(state=State.PENDING, complete=True, packing__next_attempt_at=None)
    return ready.order_by("created_at", "pk").values_list("created_at", "pk")


def due_retries() -> QuerySet[Packing, Any]:
    """Orders whose retry is due: since when, and their number; `claim` drops cancelled ones.

    A query of its own, of one table: joined, SQLite would read all pending orders for it.
    """
    again = Packing.objects.filter(next_attempt_at__lte=timezone.now())
    return again.order_by("next_attempt_at", "pk").values_list("next_attempt_at", "pk")
