"""Other orders of the same customer: by the e-mail address, by who placed them, by client."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.models import Order, State

SHOWN = 6


def related_orders(order: Order) -> list[tuple[Order, StrOrPromise]]:
    """Return the newest other orders of the customer, each with what it has in common."""
    found: dict[Order, StrOrPromise] = {}
    for orders, common in _by_what_is_common(order):
        for other in orders[: SHOWN + 1]:
            if other.pk != order.pk:
                found.setdefault(other, common)
    newest = sorted(found.items(), key=lambda pair: (pair[0].created_at, pair[0].pk), reverse=True)
    return newest[:SHOWN]


def _by_what_is_common(order: Order) -> Iterator[tuple[QuerySet[Order], StrOrPromise]]:
    """Yield a query for each, newest first: each has an index of its own."""
    placed = Order.objects.exclude(state=State.NEW).select_related(
        "delivered_client", "delivered_project"
    )
    if order.placed_by_id:  # its index is in order of time
        yield placed.filter(placed_by=order.placed_by_id), _("ordered by the same person")
    placed = placed.order_by("-pk")
    if order.canonical_email:
        yield placed.filter(canonical_email=order.canonical_email), _("same e-mail address")
    if client := order.delivered_client_id or order.client_id:
        yield placed.filter(delivered_client=client), _("same client")
        # Those that have not delivered anything yet.
        waiting = Q(client_id=client, delivered_client=None)
        yield placed.filter(waiting), _("same client")
