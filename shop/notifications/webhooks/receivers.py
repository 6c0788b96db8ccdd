"""Signal receivers: queue webhooks when orders change, redact them when people are erased."""

import json
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from shop.notifications.webhooks.events import queue_events
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.models import Order, State
from shop.orders.order_erasure import orders_erased
from shop.orders.order_fields import ERASED_AT_EXPIRY, PERSONAL
from shop.orders.states import state_changed


@receiver(state_changed)
def queue_webhooks(
    sender: type[Order], orders: Sequence[Order], previous: State | None, **kwargs: Any
) -> None:
    """Queue the webhooks for this change of state, in its transaction."""
    for order in orders:
        erased = not any(getattr(order, name) for name in ERASED_AT_EXPIRY)
        if order.state == State.CANCELLED and erased:
            order.deliveries.all().delete()  # their payloads hold what was erased
    queue_events(orders, previous)


@receiver(orders_erased)
def erase_person(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Remove the person from the webhooks of these orders."""
    Attempt.objects.filter(delivery__order__in=orders).update(answer="")
    for delivery in Delivery.objects.filter(order__in=orders):
        event = json.loads(delivery.payload)
        event["data"]["order"] |= dict.fromkeys(PERSONAL)
        # A webhook that still waits goes out without the person.
        Delivery.objects.filter(pk=delivery.pk).update(payload=json.dumps(event))
