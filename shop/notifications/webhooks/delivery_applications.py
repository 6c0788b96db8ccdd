"""Applications of deliveries that the version before has written during an update."""

from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order

BATCH = 500  # rows per statement, during which nobody else can write to SQLite


def fill_new_deliveries(beat: Callable[[], None]) -> None:
    """Fill the deliveries that have no application yet. Called every hour."""
    beat()
    fill_applications(Delivery.objects.all(), Order.objects.all(), beat)


def fill_applications(
    deliveries: QuerySet[Any], orders: QuerySet[Any], beat: Callable[[], None]
) -> None:
    """Give those of `deliveries` that have none the application of their order.

    Calls `beat` before each batch. A migration passes its own models.
    """
    owner = Subquery(orders.filter(pk=OuterRef("order")).values("application")[:1])
    empty = deliveries.filter(application=None).order_by("pk")
    last = 0
    while pks := list(empty.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        beat()
        deliveries.filter(pk__in=pks, application=None).order_by().update(application=owner)
        last = pks[-1]
