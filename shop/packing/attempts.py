"""Attempts at packing an order, each under a lease on its `Packing` row, and their counters.

Claiming and ending an attempt also move the order, in the same transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, IntegerField
from django.utils import timezone

from shop.compiled_queries import CompiledUpdate, Parameter
from shop.orders.models import Order, State
from shop.orders.states import transition, transition_all
from shop.packing.attempt_records import EXHAUSTED, outcome_of, record_attempt
from shop.packing.models import AttemptRecord, Counter, Packing, StepRecord
from shop.packing.step_names import recorded_steps
from shop.packing.step_runner import STOPPED, retry_delay
from shop.worker import leases
from shop.worker.leases import LeaseLostError, release

ATTEMPTS = "attempts"
LEASES_EXPIRED = "leases_expired"

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
    """Claim those of the orders `pks` that are due for PACKING_LEASE_SECONDS, in one transaction.

    Returns nothing where another worker has tried one of them meanwhile.
    """
    now = timezone.now()
    with transaction.atomic():
        found = Order.objects.filter(pk__in=pks, state=State.PENDING, complete=True)
        # In the order of their numbers, so that two claims of the same orders do not deadlock. Who
        # comes second waits, and finds those that are left.
        free = found.order_by("pk").select_for_update(no_key=True).only("state", "packing_began_at")
        again = [order for order in free if order.packing_began_at]
        new = [order for order in free if not order.packing_began_at]
        orders = transition_all(again, State.PACKING)
        orders += transition_all(new, State.PACKING, packing_began_at=now)
        ours = [order.pk for order in orders]
        Packing.objects.bulk_create([Packing(order_id=pk) for pk in ours], ignore_conflicts=True)
        # The orders have moved: no other worker claims these rows.
        due = Packing.objects.exclude(next_attempt_at__gt=now)
        # An order that is claimed by itself has begun: if its worker dies, it may be the cause.
        reached = next(iter(recorded_steps()), "") if len(ours) == 1 else ""
        seconds = settings.PACKING_LEASE_SECONDS
        records = leases.claim(due, ours, seconds=seconds, next_attempt_at=None, last_step=reached)
        claimed = records.in_bulk()
        if len(claimed) < len(free):
            # Another worker has tried one of them meanwhile.
            transaction.set_rollback(True)
            return []
        for order in orders:
            claimed[order.pk].order = order
        if len(ours) < len(pks):
            # Cancelled while they waited for a retry.
            gone = Packing.objects.filter(pk__in=pks).exclude(next_attempt_at=None)
            kept = {"order__state": State.PENDING, "order__complete": True}
            gone.exclude(**kept).update(next_attempt_at=None)
        if ours:
            count(ATTEMPTS, len(ours))
    return [claimed[pk] for pk in pks if pk in claimed]


def reload(record: Packing) -> Packing:
    """Read a claimed record again, with its order. Raises LeaseLostError."""
    ours = Packing.objects.filter(pk=record.pk, lease_token=record.lease_token)
    found = ours.select_related(*RELATED).first()
    if found is None:
        raise LeaseLostError
    return found


def finish_all(records: Sequence[Packing], last_step: str) -> None:
    """End attempts of one claim whose orders are packed. Raises LeaseLostError."""
    ours = Packing.objects.filter(
        pk__in=[record.pk for record in records], lease_token=records[0].lease_token
    )
    released = {"lease_token": None, "lease_until": None, "last_step": last_step}
    told = {"last_error": "", "last_error_kind": "", "customer_text": "", "mendable": []}
    with transaction.atomic(savepoint=False):
        if ours.update(**released, **told) < len(records):
            raise LeaseLostError
        if not transition_all([record.order for record in records], State.PACKED):
            raise LeaseLostError


def finish(
    record: Packing, state: State, *, fault: str = "", error: str = "", kind: str = "", **more: Any
) -> None:
    """End an attempt: move the order, and record what went wrong. Raises LeaseLostError."""
    more = {"customer_text": "", "mendable": [], "last_step": record.last_step, **more}
    with transaction.atomic():
        release(record, last_error=error, last_error_kind=kind, **more)
        if not transition(record.order, state, fault=fault):
            raise LeaseLostError
        if state != State.PACKED or record.alone:
            outcome = outcome_of(state, fault, kind)
            fault = fault or (EXHAUSTED if kind else "")
            told = {"step": more["last_step"], "fault": fault, "error": error, "kind": kind}
            record_attempt(record, outcome, **told, by_another=error == STOPPED)
        if kind:
            count(failures(kind))


def retry_later(record: Packing, *, error: str, kind: str, wait: float | None = None) -> None:
    """End an attempt that failed: another one follows, or a person after the last.

    The retry comes after `retry_delay`. Raises LeaseLostError.
    """
    delay = retry_delay(record.attempts, wait)
    if delay is None:
        finish(record, State.NEED_HUMAN, fault=EXHAUSTED, error=error, kind=kind)
        return
    next_attempt_at = timezone.now() + delay
    finish(
        record,
        State.PENDING,
        error=error,
        kind=kind,
        next_attempt_at=next_attempt_at,
        alone=True,
    )


def pause(record: Packing, until: datetime) -> None:
    """End an attempt without counting it: the next one follows at a moment.

    Raises LeaseLostError.
    """
    finish(record, State.PENDING, next_attempt_at=until, attempts=0, alone=True)


def reclaim(record: Packing) -> None:
    """End the attempt of a worker that died, if its lease has expired."""
    with transaction.atomic():
        if not leases.reclaim(record):
            return
        record.refresh_from_db()
        done = StepRecord.objects.filter(order=record.order).values_list("name", flat=True)
        if record.last_step or set(recorded_steps()) <= set(done):
            retry_later(record, error=STOPPED, kind=Packing.ErrorKind.PASSING)
        else:
            # The worker died at another order that it had claimed in the same batch, or at this
            # one: the next attempt, which it makes alone, will tell.
            release(record, attempts=F("attempts") - 1, alone=True)
            if not transition(record.order, State.PENDING, note=NOT_BEGUN):
                raise LeaseLostError
            record_attempt(record, AttemptRecord.Outcome.NOT_BEGUN, step="", by_another=True)
        count(LEASES_EXPIRED)


def count(name: str, by: int = 1) -> None:
    """Add to a counter. Call it last in a transaction: others wait for its row meanwhile."""
    if not _add.run(name=name, by=by):
        Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
        _add.run(name=name, by=by)


_add = CompiledUpdate(
    lambda: Counter.objects.filter(pk=Parameter("name")),
    total=F("total") + Parameter("by", IntegerField()),
)


def failures(kind: str) -> str:
    """The name of the counter of failures of a kind."""
    return f"failures_{kind}"


def totals() -> dict[str, int]:
    """All counters by name, for `/metrics`; zero for what has not happened yet."""
    names = [ATTEMPTS, LEASES_EXPIRED, *map(failures, Packing.ErrorKind.values)]
    return dict.fromkeys(names, 0) | dict(Counter.objects.values_list("name", "total"))
