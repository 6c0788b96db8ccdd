"""Subscriptions as programs are shown them, by `/api/orders` and by webhooks."""

from collections.abc import Iterable
from typing import Any

from shop.billing.models import Subscription
from shop.orders.models import Order

# What is read of it beside an order, by `select_related("subscription")`.
OF_ORDER = tuple(
    f"subscription__{name}" for name in ("started_on", "ends_on", "cancelled_at", "ended_at")
)


def shown_subscription(order: Order) -> dict[str, Any] | None:
    """Return the subscription that `order` has begun; None if it has begun none."""
    found: Subscription | None = getattr(order, "subscription", None)
    return _shown(found) if found else None


def shown_in_event(subscription: Subscription) -> dict[str, Any]:
    """Return a subscription as events tell of it: as it is now, with its tier and its order."""
    order_hash = subscription.order.order_hash
    names = {"product": subscription.product.code, "order_hash": order_hash}
    return dict(sorted({**_shown(subscription), **names}.items()))


def _shown(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.pk,
        "state": subscription.state,
        "started_on": subscription.started_on.isoformat(),
        "ends_on": subscription.ends_on and subscription.ends_on.isoformat(),
    }


def subscriptions_of(orders: Iterable[Order]) -> dict[int, dict[str, Any] | None]:
    """Return the subscriptions that `orders` have begun, by the orders' keys, in one query."""
    keys = [order.pk for order in orders]
    found = Subscription.objects.filter(order__in=keys).select_related("order")
    return {each.order.pk: shown_subscription(each.order) for each in found}
