"""Orders under way for clients that are there: a client needs its client_admin until they end."""

from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import receiver

from shop.orders.models import Order
from shop.orders.states import UNDER_WAY
from shop.tenancy.models import Client
from shop.tenancy.needed_clients import Need
from shop.tenancy.signals import client_needed


@receiver(client_needed)
def needed_by_orders(sender: type[Client], client: Client, **kwargs: Any) -> list[Need]:
    """Tell whether an order adds a project or a member to the client, or has just made it."""
    return [Need.ORDER] if orders_under_way(client).exists() else []


def orders_under_way(client: Client) -> QuerySet[Order]:
    """Return the orders for a client that are not finished: it will have, or keep, a contract."""
    theirs = Q(client_id=client.pk) | Q(delivered_client=client.pk)
    return Order.objects.filter(theirs, state__in=UNDER_WAY)
