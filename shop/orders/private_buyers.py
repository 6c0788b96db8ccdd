"""Buyers who are private persons: they have rights that companies do not have."""

from shop.orders.buyers import profile_of
from shop.orders.models import Order


def is_of_private_person(order: Order) -> bool:
    """Tell whether a private person is billed for the order, as far as that is known."""
    client = order.client_id or order.delivered_client_id
    billing = order.billing
    if billing is None and client is not None:
        billing = profile_of(client)
    return bool(billing) and billing["customer_type"] == "private"
