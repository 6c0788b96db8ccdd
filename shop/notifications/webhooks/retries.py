"""After an attempt: record it, plan the next one or give up, and pause a host that fails."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.access.measurements import Metric, observe
from shop.log_context import about_order, milestones
from shop.notifications.webhooks.endpoints import switch_off
from shop.notifications.webhooks.models import Attempt, Delivery, Receiver
from shop.worker.leases import LeaseLostError, backoff, release

logger = logging.getLogger(__name__)

Failure, State = Attempt.Failure, Delivery.State

MAX_ATTEMPTS = len(settings.WEBHOOK_WAITS_SECONDS) + 1
JITTER = (1.0, 1.2)  # never earlier than the contract says

MAX_FAILURES = 10  # in a row; more than one order causes within minutes
PAUSE = timedelta(seconds=30)


def record_attempt(attempt: Attempt) -> None:
    """Record an attempt, and what is next for its delivery, unless its lease was lost."""
    delivery, now = attempt.delivery, timezone.now()
    changes = _next(attempt, now)
    try:
        with transaction.atomic():
            release(delivery, **changes)
            attempt.save()
            if attempt.failure == Failure.GONE:
                _end(delivery)
            elif delivery.endpoint:
                # It may have been switched off while the call was under way.
                off = delivery.endpoint.deliveries.filter(endpoint__enabled=False)
                off.filter(pk=delivery.pk, state=State.WAITING).update(state=State.GONE)
            _note_health(attempt, now)
    except LeaseLostError:
        logger.warning("Lost the lease of %s: somebody else sends it.", delivery)
        return
    seconds = (attempt.milliseconds or 0) / 1000
    observe(Metric.WEBHOOKS, seconds, attempt.failure or State.DELIVERED)
    with about_order(delivery.order):
        milestones.info("%s is %s.", delivery, changes["state"])
        if changes["state"] == State.FAILED:
            logger.warning("Gave up %s after %d attempts.", delivery, delivery.attempts)


def _next(attempt: Attempt, now: datetime) -> dict[str, object]:
    if not attempt.failure:
        return {"state": State.DELIVERED}
    if attempt.failure == Failure.GONE:
        return {"state": State.GONE}
    wait = backoff(attempt.delivery.attempts, settings.WEBHOOK_WAITS_SECONDS, jitter=JITTER)
    if wait is None:
        return {"state": State.FAILED}
    return {"state": State.WAITING, "next_attempt_at": now + wait}


def _end(delivery: Delivery) -> None:
    """Send no more to an endpoint; or where the order's own URL has answered, of that order."""
    if delivery.endpoint:
        switch_off(delivery.endpoint)
    elif delivery.order:
        own = delivery.order.deliveries.filter(endpoint=None, state=State.WAITING)
        own.update(state=State.GONE)


def _note_health(attempt: Attempt, now: datetime) -> None:
    """Count failures in a row; pause the host after MAX_FAILURES, and again after each further one.

    Any answer but "I am overloaded" shows that the host is well: many receivers may share it, and
    one that is wrong must not stop the others.
    """
    if attempt.failure in {Failure.UNSIGNED, Failure.ERROR}:
        return  # it was not even called
    is_well = attempt.status is not None and attempt.status < 500 and attempt.status != 429
    receiver = attempt.delivery.receiver
    known = Receiver.objects.filter(address=receiver)
    if is_well and attempt.failure != Failure.TIMEOUT:
        known.filter(failures__gt=0).update(failures=0, paused_until=None)
        return
    Receiver.objects.bulk_create([Receiver(address=receiver)], ignore_conflicts=True)
    known.update(failures=F("failures") + 1)
    known.filter(failures__gte=MAX_FAILURES).update(paused_until=now + PAUSE)
