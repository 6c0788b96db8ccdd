"""Bulk jobs: one action on many orders, in the background.

A job stores its orders when it begins, so that exactly what staff confirmed is done. Each order is
claimed by a filtered UPDATE in the transaction of the action itself: a killed worker leaves the rest
to the next one, and several work at once without doing anything twice. The worker finds
`run_bulk_jobs` by its dotted path in the settings.
"""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from portal.backoffice.models import BulkItem, BulkJob
from shop.notifications.emails.colleague_emails import queue_assigned
from shop.notifications.webhooks.models import Delivery
from shop.notifications.webhooks.replay import replay_for
from shop.orders.assignment import add_note, assign, set_follow_up
from shop.orders.attention import APPROVABLE, CANCELLABLE, PLACED, RETRYABLE, OrderSlice, where_any
from shop.orders.cancellation import cancel
from shop.orders.models import Order
from shop.packing.recovery import approve, retry
from shop.tenancy.colleagues import colleagues_with
from shop.tenancy.models import User
from shop.worker.shutdown import is_shutting_down

logger = logging.getLogger(__name__)

Action = BulkJob.Action
Outcome = BulkItem.Outcome
MOST = 10_000  # orders per job
BATCH = 50
MAX_SECONDS = 5  # per wake-up; mail waits as long


def _assign(job: BulkJob, order: Order) -> bool:
    # Their access may have ended since the job began.
    able = colleagues_with("orders.mend_order").filter(pk__in=[job.assignee_id])
    return able.exists() and assign(order, able[0], actor=job.actor, tell=False)


def _add_note(job: BulkJob, order: Order) -> bool:
    add_note(order, job.actor, job.reason)
    return True


# By action: the orders for which it is possible, and what it does to one of them.
ACTS: dict[str, tuple[tuple[OrderSlice, ...], Callable[[BulkJob, Order], bool]]] = {
    Action.RETRY: (RETRYABLE, lambda job, order: retry(order, job.actor)),
    Action.APPROVE: (APPROVABLE, lambda job, order: approve(order, job.actor)),
    Action.CANCEL: (CANCELLABLE, lambda job, order: cancel(order, job.actor, reason=job.reason)),
    Action.ASSIGN: (PLACED, _assign),
    Action.FOLLOW_UP: (
        PLACED,
        lambda job, order: set_follow_up(order, job.actor, job.follow_up_on),
    ),
    Action.NOTE: (PLACED, _add_note),
    Action.WEBHOOKS: (PLACED, lambda job, order: replay_for(order, job.actor) > 0),
}


def possible(action: str, orders: QuerySet[Order]) -> QuerySet[Order]:
    """Return those of `orders` that `action` is possible for."""
    found = orders.filter(where_any(ACTS[action][0]))
    if action == Action.WEBHOOKS:
        return found.filter(Exists(Delivery.objects.filter(order=OuterRef("pk"))))
    return found


@transaction.atomic
def begin(
    action: str,
    orders: QuerySet[Order],
    actor: User,
    **details: Any,
) -> BulkJob:
    """Create a job that does `action` to the first MOST of `orders`, by number.

    `details` are the columns of the job that the action needs.
    """
    job = BulkJob.objects.create(action=action, actor=actor, **details)
    chosen = possible(action, orders).order_by("pk").values_list("pk", flat=True)[:MOST]
    items = [BulkItem(job=job, order_id=pk) for pk in chosen]
    BulkItem.objects.bulk_create(items, batch_size=500)
    job.number = len(items)
    job.save(update_fields=["number"])
    return job


@transaction.atomic
def stop(job: BulkJob) -> bool:
    """Skip the orders that are not done yet; return False if the job has ended already."""
    if not _end(job, stopped=True):
        return False
    job.items.filter(outcome=Outcome.WAITING).update(outcome=Outcome.STOPPED)
    return True


def count(job: BulkJob) -> dict[str, int]:
    """Return the number of orders of `job` by outcome."""
    found = job.items.order_by().values_list("outcome").annotate(Count("pk"))
    return dict.fromkeys(Outcome.values, 0) | dict(found)


def run_bulk_jobs(beat: Callable[[], None]) -> None:
    """Continue unfinished jobs, the oldest first, for MAX_SECONDS.

    Calls `beat`, the worker's heartbeat, before each order.
    """
    until = monotonic() + MAX_SECONDS
    for job in BulkJob.objects.filter(finished_at=None).select_related("actor").order_by("pk"):
        if not (job.actor.is_staff and job.actor.may_sign_in):
            stop(job)  # their access has ended
            continue
        waiting = job.items.filter(outcome=Outcome.WAITING).values_list("pk", flat=True)
        while batch := list(waiting[:BATCH]):
            for pk in batch:
                beat()
                _do(job, pk)
                if monotonic() > until or is_shutting_down():
                    return
        _end(job)


def _do(job: BulkJob, pk: int) -> None:
    waiting = BulkItem.objects.filter(pk=pk, outcome=Outcome.WAITING)
    try:
        with transaction.atomic():
            if not waiting.update(outcome=Outcome.DONE):
                return
            order = Order.objects.select_related("taken_by").get(bulk_items=pk)
            before = order.events.order_by("-pk").values_list("pk", flat=True).first() or 0
            if _act(job, order):
                _name_job(job, order, before)
            else:
                BulkItem.objects.filter(pk=pk).update(outcome=Outcome.LEFT)
    except (OperationalError, InterfaceError):
        # The database is down or overloaded: the next wake-up continues.
        raise
    except Exception:
        logger.exception("%s failed at item %d.", job, pk)
        waiting.update(outcome=Outcome.FAILED)


def _act(job: BulkJob, order: Order) -> bool:
    return ACTS[job.action][1](job, order)


def _name_job(job: BulkJob, order: Order, before: int) -> None:
    """Name the job in what the history of `order` has said since the event `before`."""
    for event in order.events.filter(pk__gt=before, actor=job.actor):
        event.details["bulk"] = job.pk
        event.save(update_fields=["details"])


@transaction.atomic
def _end(job: BulkJob, *, stopped: bool = False) -> bool:
    """Write when the job ended and how much was done; False if it has ended already."""
    done = job.items.filter(outcome=Outcome.DONE).count()
    running = BulkJob.objects.filter(pk=job.pk, finished_at=None)
    ended = running.update(finished_at=timezone.now(), stopped=stopped, number_done=done)
    if ended and job.action == Action.ASSIGN and job.assignee:
        queue_assigned(job.assignee, job.actor, done)  # one mail for all
    return bool(ended)
