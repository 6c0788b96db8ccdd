"""Deliver the webhooks that are due: several calls at once, each row under its own lease.

The calls run in threads that touch no database; the main thread reads and writes all rows.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from math import floor

from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook

from shop.access.models import TraceOrigin
from shop.access.signing_secrets import signing_secrets
from shop.access.tokens import may_act
from shop.notifications.webhooks.endpoints import secrets_of
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.notifications.webhooks.retries import record_attempt
from shop.notifications.webhooks.selection import SLOTS, claim, is_anything_due, reclaim_expired
from shop.tracing import origin_of, work_span
from shop.worker.http_client import HttpClient
from shop.worker.shutdown import is_shutting_down

logger = logging.getLogger(__name__)

LOOK = 1.0  # seconds between two looks for what has become due while calls are under way
AT_MOST = 600  # seconds; the next wake-up goes on, well before the queue's own time-out

Failure = Attempt.Failure


def deliver_due(beat: Callable[[], None]) -> None:
    """Send what is due until nothing is due or under way, calling `beat` once a second."""
    if not is_anything_due():
        return
    until = time.monotonic() + AT_MOST
    under_way: set[Future[Attempt]] = set()
    with ThreadPoolExecutor(SLOTS) as pool:
        while True:
            beat()
            if time.monotonic() < until and not is_shutting_down():
                reclaim_expired()
                for delivery in claim(SLOTS - len(under_way)):
                    origin = origin_of(delivery.order)
                    under_way.add(pool.submit(send, delivery, secrets_for(delivery), origin))
            if not under_way:
                return
            done, under_way = wait(under_way, LOOK, FIRST_COMPLETED)
            for call in done:
                record_attempt(call.result())


def send(delivery: Delivery, secrets: Sequence[str], origin: TraceOrigin | None = None) -> Attempt:
    """Send the claimed `delivery`, signed with each of `secrets`, and return the unsaved attempt.

    Sends nothing without secrets: an unsigned webhook teaches receivers not to check.
    """
    with work_span(delivery.order, "webhook", origin):
        return _sent(delivery, secrets)


def _sent(delivery: Delivery, secrets: Sequence[str]) -> Attempt:
    attempt = Attempt(delivery=delivery, at=timezone.now(), failure=Failure.UNSIGNED)
    began = time.monotonic()
    try:
        if secrets:
            client = HttpClient(settings.WEBHOOK_TIMEOUT_SECONDS, settings.DEMO)
            sent = headers(delivery, secrets, attempt.at)
            response = client.request("POST", delivery.url, sent, delivery.payload.encode())
            gone = response.status == 410
            attempt.failure = Failure.GONE if gone else str(response.failure or "")
            attempt.status = response.status
            # PostgreSQL takes no text with a NUL.
            attempt.answer = response.body.decode(errors="replace").replace("\0", "\ufffd")
    except Exception:  # one delivery must not stop the others
        logger.exception("Sending %s failed.", delivery)
        attempt.failure = Failure.ERROR
    attempt.milliseconds = round((time.monotonic() - began) * 1000)
    return attempt


def headers(delivery: Delivery, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers sent with the payload at `at`, a moment in UTC (Standard Webhooks)."""
    # The library replaces the time zone by UTC instead of converting to it.
    signed = (delivery.webhook_id, at, delivery.payload)
    return {
        "Content-Type": "application/json",
        "Connection": "close",
        "User-Agent": "slate-webhooks",
        "webhook-id": delivery.webhook_id,
        "webhook-timestamp": str(floor(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(*signed) for secret in secrets),
    }


def secrets_for(delivery: Delivery) -> list[str]:
    """The valid secrets of the endpoint, or of the application that placed the order.

    None where the application may not act.
    """
    # The version before may have written the delivery without its application.
    order = delivery.order
    application = delivery.application or (order.application if order else None)
    if application is None or not may_act(application, application.oauth_client.owner):
        return []
    return secrets_of(delivery.endpoint) if delivery.endpoint else signing_secrets(application)
