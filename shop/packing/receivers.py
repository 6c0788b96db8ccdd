"""Packing's answers to signals of orders."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from shop.orders.models import Order, State
from shop.orders.order_erasure import orders_erased
from shop.orders.states import state_changed
from shop.packing.models import Packing
from shop.worker.wake_up import wake


@receiver(state_changed)
def wake_for(sender: type[Order], orders: Sequence[Order], **kwargs: Any) -> None:
    """Wake the worker for `orders`. If this is lost, the next tick finds them."""
    if any(order.state == State.PENDING and order.complete for order in orders):
        wake("packing")


@receiver(orders_erased)
def erase_errors(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Delete the error texts of erased orders: they may name the person."""
    Packing.objects.filter(order__in=orders).update(last_error="", customer_text="")
