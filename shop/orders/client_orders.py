"""Orders under way for clients that are there: a client needs its client_admin until they end."""

from typing import Any

from django.dispatch import receiver

from shop.orders.models import Order
from shop.orders.states import UNDER_WAY
from shop.tenancy.models import Client
from shop.tenancy.needed_clients import Need
from shop.tenancy.signals import client_needed


@receiver(client_needed)
def needed_by_orders(sender: type[Client], client: Client, **kwargs: Any) -> list[Need]:
    """Tell whether an order adds a project or a member to the client."""
    adding = Order.objects.filter(client_id=client.pk, state__in=UNDER_WAY)
    return [Need.ORDER] if adding.exists() else []
