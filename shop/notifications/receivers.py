"""Which change of state is worth a mail or a webhook."""

from typing import Any

from django.dispatch import receiver

from shop.notifications.emails.queue import (
    queue_attention,
    queue_cancelled,
    queue_email_change,
    queue_invitation,
    queue_packed,
    queue_received,
)
from shop.notifications.webhooks.events import queue_event, redact_payloads
from shop.orders.corrections import address_corrected
from shop.orders.expiry import ERASED_AT_EXPIRY
from shop.orders.models import Order, State
from shop.orders.states import state_changed


@receiver(state_changed)
def queue_emails(sender: type[Order], order: Order, previous: State | None, **kwargs: Any) -> None:
    """Queue the mail that belongs to this change, in its transaction."""
    match order.state:
        case State.PENDING if previous is None:
            queue_received(order)
        case State.PACKED:
            queue_invitation(order)
            queue_packed(order)
        case State.NEED_HUMAN | State.HAS_PACKING_ERRORS:
            queue_attention(order)
        case State.CANCELLED:
            queue_cancelled(order)


@receiver(state_changed)
def queue_webhooks(
    sender: type[Order], order: Order, previous: State | None, **kwargs: Any
) -> None:
    """Queue the webhook that tells of this change, in its transaction."""
    if order.state == State.CANCELLED and not any(
        getattr(order, name) for name in ERASED_AT_EXPIRY
    ):
        redact_payloads(order)
    queue_event(order, previous)


@receiver(address_corrected)
def queue_email_change_emails(
    sender: type[Order], order: Order, previous: str | None, **kwargs: Any
) -> None:
    """Tell the address before, and write to the new one, in the transaction of the change."""
    queue_email_change(order, previous)
