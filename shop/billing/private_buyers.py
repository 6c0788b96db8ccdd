"""Buyers who are private persons: other rules protect them than companies."""

from typing import Any

from shop.billing.models import Subscription
from shop.orders.models import Order
from shop.tenancy.billing_profile import BillingProfile

PRIVATE = BillingProfile.CustomerType.PRIVATE


def is_private_contract(subscription: Subscription) -> bool:
    """Tell if the client is a private person, by its billing data now, else by the order's."""
    known = _profile_type(subscription.client_id) or _ordered_as(subscription.order)
    return known == PRIVATE


def is_private_order(order: Order) -> bool:
    """Tell if the buyer was a private person when the order was placed.

    What the order itself says counts; the billing data of its client may have changed since.
    """
    client = order.delivered_client_id or order.client_id
    return (_ordered_as(order) or _profile_type(client)) == PRIVATE


def _ordered_as(order: Order) -> str:
    billing: dict[str, Any] = order.billing or {}
    return str(billing.get("customer_type") or "")


def _profile_type(client: int | None) -> str:
    types = BillingProfile.objects.filter(pk=client).values_list("customer_type", flat=True)
    return types.first() or ""
