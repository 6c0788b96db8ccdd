"""Which change of state is worth a mail."""

from typing import Any

from django.dispatch import receiver

from shop.notifications.queueing import announce, invite
from shop.orders.models import Order, State
from shop.orders.states import state_changed


@receiver(state_changed)
def write_for(sender: type[Order], order: Order, previous: State | None, **kwargs: Any) -> None:
    """Queue the mail that belongs to this change, in its transaction."""
    if previous is None and order.state == State.PENDING:
        announce(order)
    if order.state == State.PACKED:
        invite(order)
    if order.state == State.CANCELLED and order.user_email is None:
        # Emptied with the order: whom we wrote to is theirs, too.
        order.messages.all().delete()
