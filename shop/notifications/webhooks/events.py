"""Queue webhooks: the payload is written in the transaction of the change."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from shop.base_url import registration_url
from shop.billing.balances import balance_of
from shop.billing.models import Invoice, Subscription
from shop.billing.shown_invoices import shown_invoice
from shop.billing.shown_subscriptions import (
    shown_in_event,
    shown_subscription,
    subscriptions_of,
)
from shop.notifications.webhooks.endpoints import endpoints_for, receiver_of
from shop.notifications.webhooks.models import (
    ORDER_STATE_CHANGED,
    Attempt,
    Delivery,
    WebhookEndpoint,
)
from shop.orders.archiving import unarchived
from shop.orders.models import Order, OrderEvent, State
from shop.orders.serializers import serialize_order, utc_text


def queue_events(orders: Iterable[Order], previous: State | None) -> None:
    """Queue the webhooks of the change that `orders` have made (contract, "Webhooks").

    Call it in the transaction of the change. An order that no application placed has no webhooks:
    there is no secret to sign them with.
    """
    placed = [order for order in orders if order.application_id]
    endpoints = _endpoints_of(ORDER_STATE_CHANGED, placed)
    told = [order for order in placed if order.redirection_uri or order.pk in endpoints]
    if not told:
        return
    packed = [order for order in told if order.state == State.PACKED]
    begun = subscriptions_of(packed) if packed else {}
    payloads = {order.pk: _payload(order, previous, begun.get(order.pk)) for order in told}
    Delivery.objects.bulk_create(
        [
            *_to_redirection_uris([order for order in told if order.redirection_uri], payloads),
            *_to_endpoints(ORDER_STATE_CHANGED, told, endpoints, payloads),
        ]
    )


def queue_order_events(event: str, orders: Iterable[Order]) -> None:
    """Queue an event about each of `orders` as it is now, in the transaction of what happened."""
    placed = [order for order in orders if order.application_id]
    endpoints = _endpoints_of(event, placed)
    if not endpoints:
        return
    # Read again: what happened may have changed more than the caller's copy knows.
    found = Order.objects.select_related("product", "subscription").filter(pk__in=endpoints)
    told = list(found.order_by("pk"))
    payloads = {
        order.pk: written(event, {"order": _shown(order, shown_subscription(order))})
        for order in told
    }
    Delivery.objects.bulk_create(_to_endpoints(event, told, endpoints, payloads))


def queue_subscriptions_started(subscriptions: Sequence[Subscription]) -> None:
    """Queue `subscription.started`, in the transaction in which they begin."""
    event = "subscription.started"
    told = [each.order for each in subscriptions if each.order.application_id]
    endpoints = _endpoints_of(event, told)
    payloads = {
        each.order_id: written(event, {"subscription": shown_in_event(each)})
        for each in subscriptions
        if each.order_id in endpoints
    }
    if payloads:
        Delivery.objects.bulk_create(_to_endpoints(event, told, endpoints, payloads))


def queue_subscription_event(event: str, subscription: Subscription) -> None:
    """Queue an event about one subscription as it is now, in the transaction of what happened."""
    order = subscription.order
    endpoints = _endpoints_of(event, [order])
    if endpoints:
        payloads = {order.pk: written(event, {"subscription": shown_in_event(subscription)})}
        Delivery.objects.bulk_create(_to_endpoints(event, [order], endpoints, payloads))


def queue_invoice_event(event: str, invoice: Invoice) -> None:
    """Queue `invoice.issued`, `invoice.paid` or `invoice.overdue`, in the transaction of it."""
    order = invoice.subscription.order
    if not order.application_id:
        return
    endpoints = _endpoints_of(event, [order])
    if not endpoints:
        return
    order = unarchived(order)
    shown = shown_invoice(invoice, balance_of(invoice).state)
    payloads = {order.pk: written(event, {"invoice": shown})}
    Delivery.objects.bulk_create(_to_endpoints(event, [order], endpoints, payloads))


def _endpoints_of(event: str, orders: Sequence[Order]) -> dict[int, list[WebhookEndpoint]]:
    """The endpoints that `event` goes to, by the keys of `orders`; those without are left out."""
    applications = {order.application_id for order in orders if order.application_id}
    found = endpoints_for(event, applications)
    if not found:
        return {}
    wanted = {order.pk: found.get(order.application_id or 0, []) for order in orders}
    return {pk: endpoints for pk, endpoints in wanted.items() if endpoints}


def _to_endpoints(
    event: str,
    orders: Iterable[Order],
    endpoints: dict[int, list[WebhookEndpoint]],
    payloads: dict[int, str],
) -> list[Delivery]:
    return [
        Delivery(
            order=order,
            application_id=order.application_id,
            endpoint=endpoint,
            type=event,
            payload=payloads[order.pk],
            receiver=receiver_of(endpoint.url),
        )
        for order in orders
        for endpoint in endpoints.get(order.pk, [])
    ]


def _to_redirection_uris(told: Sequence[Order], payloads: dict[int, str]) -> list[Delivery]:
    if not told:
        return []
    changes = OrderEvent.objects.filter(order__in=told, kind=OrderEvent.Kind.STATE).order_by("pk")
    last_changes = dict(changes.values_list("order", "pk"))
    ended = _ended_by_receivers(told)
    return [
        Delivery(
            order=order,
            application_id=order.application_id,
            event_id=last_changes[order.pk],
            payload=payloads[order.pk],
            receiver=receiver_of(order.redirection_uri or ""),
            state=Delivery.State.GONE if order.pk in ended else Delivery.State.WAITING,
        )
        for order in told
    ]


def _ended_by_receivers(orders: Sequence[Order]) -> set[int]:
    """Return the keys of the orders whose `redirection_uri` has answered that it wants no more.

    A webhook that was dropped after a restore is gone, too, but ends nothing.
    """
    earlier = Delivery.objects.filter(order__in=orders, endpoint=None)
    last_states = dict(earlier.order_by("pk").values_list("order", "state"))
    gone = {pk for pk, state in last_states.items() if state == Delivery.State.GONE}
    if not gone:
        return set()
    refusals = Attempt.objects.filter(
        delivery__order__in=gone, delivery__endpoint=None, failure=Attempt.Failure.GONE
    )
    return set(refusals.values_list("delivery__order", flat=True))


def _payload(order: Order, previous: State | None, subscription: dict[str, Any] | None) -> str:
    shown = _shown(order, subscription)
    event = {
        "type": ORDER_STATE_CHANGED,
        "timestamp": shown["updated_at"],
        "data": {"order": shown, "previous_state": previous},
    }
    return json.dumps(event)


def _shown(order: Order, subscription: dict[str, Any] | None) -> dict[str, Any]:
    return serialize_order(order, registration_url(order, settings.BASE_URL), subscription)


def written(event: str, data: dict[str, Any]) -> str:
    """Return the payload of an event that happens now."""
    now = utc_text(timezone.now())
    return json.dumps({"type": event, "timestamp": now, "data": data})
