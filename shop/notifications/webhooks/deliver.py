"""Deliver the webhooks that are due: several calls at once, one row and one lease each.

The calls run in threads, with no transaction open and no database in reach; all rows are read and
written by the thread that drains. Who is slow holds up one thread, and others' calls go on beside.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from math import floor

from django.utils import timezone
from standardwebhooks import Webhook

from shop.access.applications import may_act
from shop.access.signing_secrets import signing_secrets
from shop.notifications.webhooks.client import Answer, post
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.notifications.webhooks.retries import record_attempt
from shop.notifications.webhooks.selection import SLOTS, claim, reclaim_expired

logger = logging.getLogger(__name__)

LOOK = 1.0  # seconds between two looks for what has become due while calls are under way
AT_MOST = 600  # seconds; the next wake-up goes on, well before the queue's own time-out


@dataclass(frozen=True)
class Call:
    """How one call went, and when."""

    answer: Answer
    at: datetime
    milliseconds: int


def deliver_due(beat: Callable[[], None]) -> None:
    """Send what is due until nothing is due or under way, calling `beat` once a second."""
    until = time.monotonic() + AT_MOST
    under_way: dict[Future[Call], Delivery] = {}
    with ThreadPoolExecutor(SLOTS) as pool:
        while True:
            beat()
            if time.monotonic() < until:
                reclaim_expired()
                for delivery in claim(SLOTS - len(under_way)):
                    call = pool.submit(send, delivery, secrets_for(delivery))
                    under_way[call] = delivery
            if not under_way:
                return
            for call in wait(under_way, LOOK, FIRST_COMPLETED).done:
                made = call.result()
                record_attempt(
                    under_way.pop(call), made.answer, at=made.at, milliseconds=made.milliseconds
                )


def send(delivery: Delivery, secrets: Sequence[str]) -> Call:
    """Make the call of `delivery`, which must be claimed, signed with each of `secrets`.

    Not without any: an unsigned webhook teaches receivers not to check.
    """
    at, began = timezone.now(), time.monotonic()
    try:
        if secrets:
            uri, body = delivery.order.redirection_uri or "", delivery.payload.encode()
            answer = post(uri, headers(delivery, secrets, at), body)
        else:
            answer = Answer(fault=Attempt.Fault.UNSIGNED)
    except Exception:  # whatever one delivery does must not stop the others
        logger.exception("Sending %s failed.", delivery)
        answer = Answer(fault=Attempt.Fault.ERROR)
    return Call(answer, at, round((time.monotonic() - began) * 1000))


def headers(delivery: Delivery, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """What goes with the payload at `at`, a moment in UTC (Standard Webhooks)."""
    signatures = [
        # The library replaces the time zone by UTC instead of converting to it.
        Webhook(secret).sign(delivery.webhook_id, at, delivery.payload)
        for secret in secrets
    ]
    return {
        "Content-Type": "application/json",
        "Connection": "close",
        "User-Agent": "slate-webhooks",
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(floor(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def secrets_for(delivery: Delivery) -> list[str]:
    """The valid secrets of whoever placed the order; none where they may not see it any more."""
    application = delivery.order.application
    if application is None or not may_act(application, application.oauth_client.owner):
        return []
    return signing_secrets(application)
