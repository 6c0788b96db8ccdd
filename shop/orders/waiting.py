"""Waiting to be set up: since when an order does, and when that is longer than usual."""

from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from shop.orders.models import Order, OrderEvent, State

SLOW = timedelta(seconds=60)  # longer than usual
LATE = timedelta(minutes=5)  # the customer learns how to reach us

# Since then nothing but the worker holds the order up. An attempt that is repeated does not count.
_READY = (Q(state=State.PENDING) & ~Q(previous=State.PACKING)) | Q(
    kind__in=(OrderEvent.Kind.DETAILS, OrderEvent.Kind.CORRECTED)
)


def waiting_since(order: Order) -> datetime:
    """Return when `order` had all that packing needs: placed, completed, approved or retried."""
    if timezone.now() - order.created_at < SLOW:
        return order.created_at  # whatever happened since, it is not slow yet
    ready = order.events.filter(_READY).aggregate(at=Max("at"))["at"]
    return ready or order.created_at
