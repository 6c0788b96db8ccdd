"""Do one thing to many orders, in the background.

The orders are written down when the action begins: what was confirmed is what is done. Each is
claimed by a filtered UPDATE of its row, in the transaction of what is done to it. So a worker that
is killed leaves the rest to the next one, and several may work at once: nothing is done twice.
"""

import logging
from collections.abc import Callable
from time import monotonic

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from portal.backoffice.models import BulkItem, BulkJob
from shop.orders.assignment import assign
from shop.orders.attention import (
    APPROVABLE,
    CANCELLABLE,
    PLACED,
    RETRYABLE,
    OrderSlice,
    where_any,
)
from shop.orders.cancellation import cancel
from shop.orders.models import Order
from shop.packing.recovery import approve, retry
from shop.tenancy.models import User

logger = logging.getLogger(__name__)

Action, Outcome = BulkJob.Action, BulkItem.Outcome
MOST = 10_000  # orders at once
BATCH = 50
AT_MOST = 5  # seconds of a wake-up; mail waits for no longer

POSSIBLE: dict[str, tuple[OrderSlice, ...]] = {
    Action.RETRY: RETRYABLE,
    Action.APPROVE: APPROVABLE,
    Action.CANCEL: CANCELLABLE,
    Action.ASSIGN: PLACED,
}


def possible(action: str, orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those of `orders` that `action` can be done to, as they stand."""
    return orders.filter(where_any(POSSIBLE[action]))


@transaction.atomic
def begin(
    action: str,
    orders: QuerySet[Order],
    actor: User,
    *,
    reason: str = "",
    assignee: User | None = None,
) -> BulkJob:
    """Have the worker do `action` to `orders`, MOST of them at most, by their numbers."""
    job = BulkJob.objects.create(action=action, actor=actor, reason=reason, assignee=assignee)
    chosen = possible(action, orders).order_by("pk").values_list("pk", flat=True)[:MOST]
    items = [BulkItem(job=job, order_id=pk) for pk in chosen]
    BulkItem.objects.bulk_create(items, batch_size=500)
    return job


@transaction.atomic
def stop(job: BulkJob) -> bool:
    """Leave alone what is not done yet; False where the action has ended (or was stopped)."""
    under_way = BulkJob.objects.filter(pk=job.pk, finished_at=None)
    if not under_way.update(finished_at=timezone.now(), stopped=True):
        return False
    job.items.filter(outcome=Outcome.WAITING).update(outcome=Outcome.STOPPED)
    return True


def count(job: BulkJob) -> dict[str, int]:
    """How many orders of `job` have come to which outcome."""
    found = job.items.order_by().values_list("outcome").annotate(Count("pk"))
    return dict.fromkeys(Outcome.values, 0) | dict(found)


def run_bulk_jobs(beat: Callable[[], None]) -> None:
    """Go on with what is under way, the oldest first, for AT_MOST seconds."""
    until = monotonic() + AT_MOST
    for job in BulkJob.objects.filter(finished_at=None).select_related("actor").order_by("pk"):
        waiting = job.items.filter(outcome=Outcome.WAITING).values_list("pk", flat=True)
        while batch := list(waiting[:BATCH]):
            for pk in batch:
                beat()
                _do(job, pk)
                if monotonic() > until:
                    return
        BulkJob.objects.filter(pk=job.pk, finished_at=None).update(finished_at=timezone.now())


def _do(job: BulkJob, pk: int) -> None:
    waiting = BulkItem.objects.filter(pk=pk, outcome=Outcome.WAITING)
    try:
        with transaction.atomic():
            if not waiting.update(outcome=Outcome.DONE):
                return
            order = Order.objects.select_related("taken_by").get(bulk_items=pk)
            if not _act(job, order):
                BulkItem.objects.filter(pk=pk).update(outcome=Outcome.LEFT)
    except (OperationalError, InterfaceError):
        # The database is away or held up: the next wake-up goes on.
        raise
    except Exception:
        logger.exception("%s failed at item %d.", job, pk)
        waiting.update(outcome=Outcome.FAILED)


def _act(job: BulkJob, order: Order) -> bool:
    match job.action:
        case Action.RETRY:
            return retry(order, job.actor)
        case Action.APPROVE:
            return approve(order, job.actor)
        case Action.CANCEL:
            return cancel(order, job.actor, reason=job.reason)
    return job.assignee is not None and assign(order, job.assignee, actor=job.actor)
