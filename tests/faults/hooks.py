"""A partner's receiver of webhooks on a bad day, and whether it was told everything."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from random import Random
from typing import Any

from standardwebhooks import Webhook

from shop.notifications.webhooks.models import Delivery
from shop.orders.models import OrderEvent
from tests.notifications.receiver import Behaviour, Received, status

# What happens at a call, and how often. Nobody gets it wrong more than twice for one webhook.
MOODS = {
    "well": 76,
    "error": 8,
    "cut": 6,  # hangs up without an answer
    "late": 6,  # answers when nobody waits any more
    "slow": 4,
}


def moody(seed: int) -> Behaviour:
    """Answers in a mood that seed, webhook and number of the call decide."""
    calls: Counter[str] = Counter()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        webhook = handler.headers["webhook-id"]
        calls[webhook] += 1
        random = Random(f"{seed} {webhook} {calls[webhook]}")
        mood = random.choices(list(MOODS), list(MOODS.values()))[0]
        if calls[webhook] > 2:
            mood = "well"
        if mood == "cut":
            handler.close_connection = True
            return
        time.sleep({"late": 1.5, "slow": 0.3}.get(mood, 0))
        status(500 if mood == "error" else 204)(handler)

    return answer


def judge_webhooks(calls: Sequence[Received], secret: str) -> dict[str, Any]:
    """The numbers, and a complaint wherever a change was not told, or told wrongly.

    Compares what the receiver got with the orders' history. Twice is allowed, never is not.
    """
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for call in calls:
        bodies[call.headers["webhook-id"]].add(call.body)
    complaints = [
        f"the webhook {webhook} has changed" for webhook, said in bodies.items() if len(said) > 1
    ]
    complaints += list(forged(calls, secret))
    told = Counter(changes_told(bodies))
    history = OrderEvent.objects.filter(
        kind=OrderEvent.Kind.STATE, order__redirection_uri__isnull=False
    )
    happened = Counter(
        (order_hash, previous or None, state)
        for order_hash, previous, state in history.values_list(
            "order__order_hash", "previous", "state"
        )
    )
    complaints += [f"{change} was never told" for change in happened - told]
    complaints += [f"{change} was told and has not happened" for change in told - happened]
    return {
        "webhooks": Delivery.objects.filter(state=Delivery.State.DELIVERED).count(),
        "calls of the receiver": len(calls),
        "complaints": complaints,
    }


def forged(calls: Sequence[Received], secret: str) -> Iterator[str]:
    """Complain of each call with a wrong signature."""
    for call in calls:
        webhook, at = call.headers["webhook-id"], int(call.headers["webhook-timestamp"])
        expected = Webhook(secret).sign(
            webhook, datetime.fromtimestamp(at, UTC), call.body.decode()
        )
        if call.headers["webhook-signature"] != expected:
            yield f"the webhook {webhook} has a wrong signature"


def changes_told(bodies: dict[str, set[bytes]]) -> Iterator[tuple[str, str | None, str]]:
    """Order, previous state and state of each webhook."""
    for said in bodies.values():
        data = json.loads(next(iter(said)))["data"]
        yield data["order"]["order_hash"], data["previous_state"], data["order"]["state"]
