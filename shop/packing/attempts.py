"""Attempts at packing an order: claimed under a lease, ended with the order in its next state.

The lease lies on the `Packing` row (`shop.worker.leases`). Claiming and ending also move the
order, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import uniform

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.counters import ATTEMPTS, LEASES_EXPIRED, count, failures
from shop.packing.models import Packing, StepRecord
from shop.packing.step_names import recorded_steps
from shop.worker import leases
from shop.worker.leases import LeaseLostError, backoff, release

RELATED = (
    "order__product",
    "order__token_user",
    "order__member",
    "order__delivered_client",
    "order__delivered_project__product",
)

# In the history: such a claim does not count as an attempt.
NOT_BEGUN = "The worker stopped before it came to this order."


def claim(pks: Sequence[int]) -> list[Packing]:
    """Claim those of the orders `pks` that are due, in one transaction.

    Their attempts are counted, and the lease runs for PACKING_LEASE_SECONDS. Returns nothing where
    another worker has tried one of them meanwhile.
    """
    now = timezone.now()
    with transaction.atomic():
        found = Order.objects.filter(pk__in=pks, state=State.PENDING, complete=True)
        # In the order of their numbers, so that two claims of the same orders do not deadlock.
        ours = [
            order.pk
            for order in found.order_by("pk")
            if transition(order, State.PACKING, packing_began_at=order.packing_began_at or now)
        ]
        Packing.objects.bulk_create([Packing(order_id=pk) for pk in ours], ignore_conflicts=True)
        if Packing.objects.filter(pk__in=ours, next_attempt_at__gt=now).exists():
            transaction.set_rollback(True)
            return []
        records = leases.claim(
            # The orders have moved: no other worker claims these rows.
            Packing.objects.all(),
            ours,
            seconds=settings.PACKING_LEASE_SECONDS,
            next_attempt_at=None,
            last_step="",
        )
        claimed = records.select_related(*RELATED).in_bulk()
        # Cancelled while they waited for a retry.
        gone = Packing.objects.filter(pk__in=pks).exclude(next_attempt_at=None)
        gone.exclude(order__state=State.PENDING, order__complete=True).update(next_attempt_at=None)
        if ours:
            count(ATTEMPTS, len(ours))
    return [claimed[pk] for pk in pks if pk in claimed]


def lease_end() -> datetime:
    """When a packing lease that begins now expires."""
    return leases.lease_end(settings.PACKING_LEASE_SECONDS)


def finish(
    record: Packing,
    state: State,
    *,
    fault: str = "",
    error: str = "",
    kind: str = "",
    **more: object,
) -> None:
    """End an attempt: move the order to `state` and record what went wrong.

    Raises LeaseLostError.
    """
    more = {"customer_text": "", "mendable": [], "last_step": record.last_step, **more}
    with transaction.atomic():
        release(record, last_error=error, last_error_kind=kind, **more)
        if not transition(record.order, state, fault=fault):
            raise LeaseLostError
        if kind:
            count(failures(kind))


def retry_later(record: Packing, *, error: str, kind: str, wait: float | None = None) -> None:
    """End an attempt that failed: another one follows, or a person after the last.

    The retry comes after `wait` seconds or up to a fifth more; without `wait` after
    PACKING_RETRY_SECONDS, and four times as long after each further attempt. Raises
    LeaseLostError.
    """
    retries = settings.PACKING_MAX_ATTEMPTS - 1
    waits = [settings.PACKING_RETRY_SECONDS * 4**n for n in range(retries)]
    delay = backoff(record.attempts, waits)
    if delay is None:
        finish(record, State.NEED_HUMAN, fault="tries_used_up", error=error, kind=kind)
        return
    if wait is not None:
        delay = timedelta(seconds=max(wait, 1) * uniform(1, 1.2))  # noqa: S311 -- no secret
    next_attempt_at = timezone.now() + delay
    finish(record, State.PENDING, error=error, kind=kind, next_attempt_at=next_attempt_at)


def reclaim(record: Packing) -> None:
    """End the attempt of a worker that died, if its lease has expired."""
    with transaction.atomic():
        if not leases.reclaim(record):
            return
        record.refresh_from_db()
        if not record.last_step and next_step(record.order):
            _unclaim(record)
        else:
            error = "The worker stopped in the middle."
            retry_later(record, error=error, kind=Packing.ErrorKind.PASSING)
        count(LEASES_EXPIRED)


def _unclaim(record: Packing) -> None:
    """Undo a claim: the worker died at another order that it had claimed in the same batch."""
    release(record, attempts=F("attempts") - 1)
    if not transition(record.order, State.PENDING, note=NOT_BEGUN):
        raise LeaseLostError


def next_step(order: Order) -> str:
    """The first step of `order` that is not done; empty where all are."""
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    return next((name for name in recorded_steps() if name not in done), "")
