"""Pack what is due: the worker's loop.

A wake-up is only a hint. One that is lost, late or doubled changes nothing: the supervisor sends
another each second, and each looks in the rows for what is due.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.orders.models import Order, State
from shop.packing.attempts import claim, reclaim
from shop.packing.models import Packing
from shop.packing.runner import run_steps
from shop.packing.step_names import calls_out
from shop.worker.leases import LeaseLostError, expired
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
        for pks in _portions(batch):
            for record in claim(pks):
                beat()
                run_steps(record, beat)
            if monotonic() > until:
                wake("packing")
                return


def reclaim_expired() -> None:
    """End the attempts of workers that died."""
    held = Packing.objects.filter(order__state=State.PACKING).select_related("order")
    for record in expired(held).iterator():
        try:
            reclaim(record)
        except LeaseLostError:
            continue


def due() -> list[int]:
    """The numbers of at most BATCH orders to pack now, the longest due first.

    An order that failed is due from its next attempt on, behind those that have waited longer:
    however many fail, they do not hold up the others.
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


def _portions(batch: list[int]) -> list[list[int]]:
    """What to claim at once: one by one where another system might keep the last one waiting."""
    if any(calls_out(import_string(path)) for path in settings.PACKING_STEPS):
        return [[pk] for pk in batch]
    return [batch]
