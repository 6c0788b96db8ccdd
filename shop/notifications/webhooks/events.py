"""Queue webhooks: the payload is written in the transaction of the change."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from shop.base_url import registration_url
from shop.billing.shown_subscriptions import subscriptions_of
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, OrderEvent, State
from shop.orders.serializers import serialize_order
from shop.worker.networks import host_and_port

GONE = Delivery.State.GONE


def queue_events(orders: Iterable[Order], previous: State | None) -> None:
    """Queue the webhooks of the change that `orders` have made (contract, "redirection_uri").

    Call it in the transaction of the change. An order that no application placed has no webhooks:
    there is no secret to sign them with.
    """
    told = [order for order in orders if order.redirection_uri and order.application_id]
    if not told:
        return
    changes = OrderEvent.objects.filter(order__in=told, kind=OrderEvent.Kind.STATE).order_by("pk")
    last_changes = dict(changes.values_list("order", "pk"))
    earlier = Delivery.objects.filter(order__in=told).order_by("pk")
    last_states = dict(earlier.values_list("order", "state"))
    packed = [order for order in told if order.state == State.PACKED]
    begun = subscriptions_of(packed) if packed else {}
    Delivery.objects.bulk_create(
        Delivery(
            order=order,
            event_id=last_changes[order.pk],
            payload=_payload(order, previous, begun.get(order.pk)),
            receiver=endpoint_of(order.redirection_uri or ""),
            state=GONE if last_states.get(order.pk) == GONE else Delivery.State.WAITING,
        )
        for order in told
    )


def _payload(order: Order, previous: State | None, subscription: dict[str, Any] | None) -> str:
    shown = serialize_order(order, registration_url(order, settings.BASE_URL), subscription)
    event = {
        "type": "order.state_changed",
        "timestamp": shown["updated_at"],
        "data": {"order": shown, "previous_state": previous},
    }
    return json.dumps(event)


def endpoint_of(uri: str) -> str:
    """Host and port of `uri`, in one form however it is written."""
    host, port = host_and_port(urlsplit(uri))
    return f"{host}:{port}"
