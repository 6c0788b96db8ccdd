"""Waiting to be set up: since when an order does, and when that is longer than usual."""

from datetime import timedelta

from django.db.models import OuterRef, Q, Subquery

from shop.orders.models import OrderEvent, State

SLOW = timedelta(seconds=60)  # longer than usual
LATE = timedelta(minutes=5)  # the customer learns how to reach us

# Since then nothing but the worker holds the order up. An attempt that is repeated does not count.
_READY = (Q(state=State.PENDING) & ~Q(previous=State.PACKING)) | Q(
    kind__in=(OrderEvent.Kind.DETAILS, OrderEvent.Kind.CORRECTED)
)


def ready_at() -> Subquery:
    """Return the time at which an order of the query was completed, approved or retried.

    From then on it had all that packing needs. NULL: since it was placed.
    """
    ready = OrderEvent.objects.filter(_READY, order=OuterRef("pk")).order_by("-at")
    return Subquery(ready.values("at")[:1])
