"""Queue webhooks: the payload is written in the transaction of the change."""

import json
from urllib.parse import urlsplit

from django.conf import settings

from shop.base_url import registration_url
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, OrderEvent, State
from shop.orders.serializers import serialize_order
from shop.worker.networks import host_and_port


def queue_event(order: Order, previous: State | None) -> None:
    """Queue the webhook of the change that `order` has just made (contract, "redirection_uri").

    Call it in the transaction of the change. An order that no application placed has no webhooks:
    there is no secret to sign them with.
    """
    if not order.redirection_uri or not order.application_id:
        return
    # Read again: others may have changed the row since `order` was loaded.
    now = Order.objects.select_related("product").get(pk=order.pk)
    shown = serialize_order(now, registration_url(now, settings.BASE_URL))
    event = {
        "type": "order.state_changed",
        "timestamp": shown["updated_at"],
        "data": {"order": shown, "previous_state": previous},
    }
    last = order.deliveries.last()
    unwanted = last is not None and last.state == Delivery.State.GONE
    Delivery.objects.create(
        order=order,
        event=OrderEvent.objects.filter(order=order, kind=OrderEvent.Kind.STATE).latest("pk"),
        payload=json.dumps(event),
        receiver=endpoint_of(order.redirection_uri),
        state=Delivery.State.GONE if unwanted else Delivery.State.WAITING,
    )


def endpoint_of(uri: str) -> str:
    """Host and port of `uri`, in one form however it is written."""
    host, port = host_and_port(urlsplit(uri))
    return f"{host}:{port}"
