"""What follows from how a try to deliver went: the next one, the end, a rest for the receiver."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.notifications.webhooks.client import Answer
from shop.notifications.webhooks.models import Attempt, Delivery, Endpoint

logger = logging.getLogger(__name__)

# Before the second try, the third and so on.
WAITS = tuple(timedelta(seconds=seconds) for seconds in settings.WEBHOOK_WAITS_SECONDS)
MAX_ATTEMPTS = len(WAITS) + 1
JITTER = 0.2  # of a wait, at most, added: many that failed together do not come back together

MOST_FAILURES = 10  # in a row; more than one order brings within minutes
REST = timedelta(seconds=30)


def record_attempt(delivery: Delivery, answer: Answer, *, at: datetime, milliseconds: int) -> None:
    """Write down how the try of `delivery` went that began `at`, and what is next.

    Nothing is written where its lease is somebody else's by now.
    """
    now = timezone.now()
    changes = _next(delivery, answer, now)
    with transaction.atomic():
        ours = Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token)
        if not ours.update(lease_token=None, lease_until=None, **changes):
            logger.warning("Lost the lease of %s: somebody else sends it.", delivery)
            return
        Attempt.objects.create(
            delivery=delivery,
            at=at,
            milliseconds=milliseconds,
            status=answer.status,
            answer=answer.text,
            fault=answer.fault,
        )
        if answer.fault == Attempt.Fault.GONE:
            # Whoever wants this no more wants nothing more of this order.
            waiting = Delivery.objects.filter(order=delivery.order_id, state=Delivery.State.WAITING)
            waiting.update(state=Delivery.State.GONE)
        _note_health(delivery.receiver, answer, now)
    if changes["state"] == Delivery.State.FAILED:
        logger.warning("Gave up %s after %d tries.", delivery, delivery.tries)


def wait_after(tries: int) -> timedelta | None:
    """How long to wait when the last of `tries` has failed; None after the last of all."""
    if tries >= MAX_ATTEMPTS:
        return None
    return WAITS[tries - 1] * random.uniform(1, 1 + JITTER)  # noqa: S311 -- no secret


def _next(delivery: Delivery, answer: Answer, now: datetime) -> dict[str, object]:
    if not answer.fault:
        return {"state": Delivery.State.DELIVERED}
    if answer.fault == Attempt.Fault.GONE:
        return {"state": Delivery.State.GONE}
    wait = wait_after(delivery.tries)
    if wait is None:
        return {"state": Delivery.State.FAILED}
    return {"state": Delivery.State.WAITING, "next_try": now + wait}


def _note_health(address: str, answer: Answer, now: datetime) -> None:
    """Count failures in a row; after MOST_FAILURES the receiver rests, and again after each.

    Any answer but "I am overloaded" shows that it is well: many addresses may share a host, and
    one that is wrong must not stop the others.
    """
    if answer.fault in {Attempt.Fault.UNSIGNED, Attempt.Fault.ERROR}:
        return  # it was not even asked
    is_well = answer.status is not None and answer.status < 500 and answer.status != 429
    known = Endpoint.objects.filter(address=address)
    if is_well and answer.fault != Attempt.Fault.TIMEOUT:
        known.filter(failures__gt=0).update(failures=0, rest_until=None)
        return
    Endpoint.objects.bulk_create([Endpoint(address=address)], ignore_conflicts=True)
    known.update(failures=F("failures") + 1)
    known.filter(failures__gte=MOST_FAILURES).update(rest_until=now + REST)
