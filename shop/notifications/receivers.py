"""Which change of state is worth a mail or a webhook."""

from typing import Any

from django.dispatch import receiver

from shop.notifications.emails.queue import (
    announce,
    ask_for_attention,
    invite,
    tell_cancelled,
    tell_orderer,
    write_to_new_address,
)
from shop.notifications.webhooks.events import forget_details, publish
from shop.orders.corrections import address_corrected
from shop.orders.expiry import EMPTIED
from shop.orders.models import Order, State
from shop.orders.states import state_changed


@receiver(state_changed)
def write_for(sender: type[Order], order: Order, previous: State | None, **kwargs: Any) -> None:
    """Queue the mail that belongs to this change, in its transaction."""
    match order.state:
        case State.PENDING if previous is None:
            announce(order)
        case State.PACKED:
            invite(order)
            tell_orderer(order)
        case State.NEED_HUMAN | State.HAS_PACKING_ERRORS:
            ask_for_attention(order)
        case State.CANCELLED:
            tell_cancelled(order)


@receiver(state_changed)
def tell_of(sender: type[Order], order: Order, previous: State | None, **kwargs: Any) -> None:
    """Queue the webhook that tells of this change, in its transaction."""
    if order.state == State.CANCELLED and not any(getattr(order, name) for name in EMPTIED):
        forget_details(order)
    publish(order, previous)


@receiver(address_corrected)
def write_to_both(sender: type[Order], order: Order, previous: str | None, **kwargs: Any) -> None:
    """Tell the address before, and write to the new one, in the transaction of the change."""
    write_to_new_address(order, previous)
