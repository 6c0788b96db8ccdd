"""Which change of state is worth a mail or a webhook."""

from typing import Any

from django.dispatch import receiver

from shop.notifications.publishing import forget_details, publish
from shop.notifications.queueing import (
    announce,
    invite,
    tell_cancelled,
    write_to_new_address,
)
from shop.orders.correcting import address_corrected
from shop.orders.lapsing import EMPTIED
from shop.orders.models import Order, State
from shop.orders.states import state_changed


@receiver(state_changed)
def write_for(sender: type[Order], order: Order, previous: State | None, **kwargs: Any) -> None:
    """Queue the mail that belongs to this change, in its transaction."""
    if previous is None and order.state == State.PENDING:
        announce(order)
    if order.state == State.PACKED:
        invite(order)
    if order.state == State.CANCELLED:
        tell_cancelled(order)
    if order.state == State.CANCELLED and order.user_email is None:
        # Emptied with the order: whom we wrote to is theirs, too.
        order.messages.all().delete()


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
