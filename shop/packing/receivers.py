"""An order that is ready to be packed wakes the worker up, in the transaction that made it so."""

from typing import Any

from django.dispatch import receiver

from shop.orders.models import Order, State
from shop.orders.states import state_changed
from shop.worker.wake_up import wake


@receiver(state_changed)
def wake_for(sender: type[Order], order: Order, **kwargs: Any) -> None:
    """Wake the worker for `order`. What is missed here is found by the next tick."""
    if order.state == State.PENDING and order.complete:
        wake("packing")
