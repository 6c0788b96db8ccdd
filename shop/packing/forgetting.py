"""Forget what packing wrote of orders whose person has deleted their account."""

from typing import Any

from django.dispatch import receiver

from shop.orders.models import Order
from shop.orders.order_erasure import orders_erased
from shop.packing.models import Packing


@receiver(orders_erased)
def erase_errors(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """An error may name whom it was about."""
    Packing.objects.filter(order__in=orders).update(last_error="", customer_text="")
