"""The log of an endpoint: its deliveries and their attempts, as the application may see them."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from shop.notifications.webhooks.models import Attempt, Delivery, WebhookEndpoint
from shop.orders.serializers import utc_text

MOST_ATTEMPTS = 10  # of a delivery that are shown: the last ones


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[Delivery]:
    """Return what was sent to `endpoint` and what waits, the newest first.

    Each with its order and, as `last_attempts`, its last MOST_ATTEMPTS attempts, newest first.
    """
    last = Attempt.objects.order_by("-pk")[:MOST_ATTEMPTS]
    found = endpoint.deliveries.select_related("order")
    attempts = Prefetch("attempt_log", last, "last_attempts")
    return found.prefetch_related(attempts).order_by(  # type: ignore[no-redef]  # see the model
        "-created_at", "-pk"
    )


def shown_delivery(delivery: Delivery) -> dict[str, Any]:
    """Return one of `deliveries_of` as programs are shown it, attempts in their order."""
    waits = delivery.state == Delivery.State.WAITING
    return {
        "id": delivery.webhook_id,
        "type": delivery.type,
        "state": delivery.state,
        "order_hash": delivery.order and delivery.order.order_hash,
        "created_at": utc_text(delivery.created_at),
        "next_attempt_at": utc_text(delivery.next_attempt_at) if waits else None,
        "attempts": [_shown_attempt(each) for each in reversed(delivery.last_attempts)],
        "payload": delivery.payload,
    }


def _shown_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": utc_text(attempt.at),
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "failure": attempt.told_failure,
        "answer": attempt.answer,
    }
