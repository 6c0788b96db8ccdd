"""Who works on an order: its claim, the lease of whoever claimed it, and giving it back.

All of it by filtered UPDATEs: who changed the row won. Whoever has lost the lease finds out at the
next `fence`, and writes nothing more.
"""

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.counters import ATTEMPTS, LEASES_EXPIRED, count, failures
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import LeaseLost
from shop.packing.step_names import step_name

RELATED = (
    "order__product",
    "order__token_user",
    "order__member",
    "order__delivered_client",
    "order__delivered_project__product",
)

# In the history: such a claim counts as no attempt.
NOT_BEGUN = "The worker stopped before it came to this order."


def claim(pks: Sequence[int]) -> list[Packing]:
    """Claim those of the orders `pks` that nobody else has claimed, in one transaction.

    Their attempts are counted and the lease runs for PACKING_LEASE_SECONDS; the work on each
    begins with a `fence`.
    """
    now = timezone.now()
    with transaction.atomic():
        found = Order.objects.filter(pk__in=pks, state=State.PENDING, complete=True)
        # In the order of their numbers, so that two that claim the same ones do not deadlock.
        ours = [
            order.pk
            for order in found.order_by("pk")
            if transition(order, State.PACKING, packing_began_at=order.packing_began_at or now)
        ]
        Packing.objects.bulk_create([Packing(order_id=pk) for pk in ours], ignore_conflicts=True)
        records = Packing.objects.filter(pk__in=ours)
        if records.filter(next_try__gt=now).exists():
            # Another worker has tried one since it was found to be due, and it is to wait.
            transaction.set_rollback(True)
            return []
        records.update(
            attempts=F("attempts") + 1,
            lease_token=uuid.uuid4(),
            lease_until=lease_end(),
            next_try=None,
            last_step="",
        )
        # Anew, now that they are ours: what was delivered meanwhile must be seen.
        claimed = records.select_related(*RELATED).in_bulk()
        # Cancelled while they waited for their next try.
        gone = Packing.objects.filter(pk__in=pks).exclude(next_try=None)
        gone.exclude(order__state=State.PENDING, order__complete=True).update(next_try=None)
        if ours:
            count(ATTEMPTS, len(ours))
    return [claimed[pk] for pk in pks if pk in claimed]


def lease_end() -> datetime:
    """When a lease that is given now is over."""
    return timezone.now() + timedelta(seconds=settings.PACKING_LEASE_SECONDS)


def fence(record: Packing, **changes: object) -> None:
    """Write `changes` if the lease is still ours. Raises LeaseLost."""
    if not Packing.objects.filter(pk=record.pk, lease_token=record.lease_token).update(**changes):
        raise LeaseLost


def finish(
    record: Packing,
    state: State,
    *,
    fault: str = "",
    error: str = "",
    kind: str = "",
    **more: object,
) -> None:
    """End an attempt: the order moves to `state`, the record keeps what went wrong.

    Raises LeaseLost where the lease is not `record`'s any more.
    """
    more = {"customer_text": "", "mendable": [], "last_step": record.last_step, **more}
    with transaction.atomic():
        fence(
            record,
            lease_token=None,
            lease_until=None,
            last_error=error,
            last_error_kind=kind,
            **more,
        )
        if not transition(record.order, state, fault=fault):
            raise LeaseLost
        if kind:
            count(failures(kind))


def retry_later(record: Packing, *, error: str, kind: str, wait: float | None = None) -> None:
    """End an attempt that failed: another one follows, or a person after the last.

    In `wait` seconds or a little later; without it after a gap that grows with the attempts.
    Raises LeaseLost where the lease is not `record`'s any more.
    """
    if record.attempts >= settings.PACKING_MAX_ATTEMPTS:
        finish(record, State.NEED_HUMAN, fault="tries_used_up", error=error, kind=kind)
        return
    if wait is None:
        growth = 4 ** (record.attempts - 1)
        wait = settings.PACKING_RETRY_SECONDS * growth * random.uniform(0.8, 1.2)  # noqa: S311 -- no secret
    else:
        wait = max(wait, 1) * random.uniform(1, 1.2)  # noqa: S311 -- no secret
    next_try = timezone.now() + timedelta(seconds=wait)
    finish(record, State.PENDING, error=error, kind=kind, next_try=next_try)


def reclaim(record: Packing) -> None:
    """End the attempt of a worker that died: its lease is over, and nobody has renewed it."""
    with transaction.atomic():
        over = Packing.objects.filter(
            pk=record.pk, lease_token=record.lease_token, lease_until__lt=timezone.now()
        )
        if not over.update(lease_token=uuid.uuid4()):
            return
        record.refresh_from_db()
        if not record.last_step and next_step(record.order):
            _unclaim(record)
        else:
            error = "The worker stopped in the middle."
            retry_later(record, error=error, kind=Packing.ErrorKind.PASSING)
        count(LEASES_EXPIRED)


def _unclaim(record: Packing) -> None:
    """Undo a claim: it was made beside that of the order at which the worker died."""
    fence(record, lease_token=None, lease_until=None, attempts=F("attempts") - 1)
    if not transition(record.order, State.PENDING, note=NOT_BEGUN):
        raise LeaseLost


def next_step(order: Order) -> str:
    """The first step of `order` that is not done; empty where all are."""
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    names = map(step_name, settings.PACKING_STEPS)
    return next((name for name in names if name not in done), "")
