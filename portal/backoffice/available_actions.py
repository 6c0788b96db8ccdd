"""What may be done with an order as it stands, by whoever looks at it."""

from django.utils import timezone

from shop.orders.cancellation import CANCELLABLE
from shop.orders.corrections import (
    STUCK,
    corrections_left,
    is_correctable,
    is_readdressable,
)
from shop.orders.models import Order, State
from shop.tenancy.models import User


def available_actions(order: Order, staff: User) -> set[str]:
    """The names of the actions that the order's page shows."""
    found = set()
    if staff.has_perm("orders.mend_order"):
        found = {"note", "follow_up", "send", "take" if order.taken_by != staff else "hand_back"}
        found |= _by_state(order)
    if order.delivered_client and staff.has_perm("tenancy.change_client"):
        found.add("client_admin")
    return found


def _by_state(order: Order) -> set[str]:
    found = set()
    if order.state in CANCELLABLE:
        found.add("cancel")
    # An order that waits for approval would only come back.
    if order.state in STUCK and order.fault != "manual_tier":
        found |= {"retry", "steps"}
    if order.state == State.NEED_HUMAN:
        found |= {"approve", "by_hand"}
    if is_correctable(order):
        found.add("correct")
    elif is_readdressable(order) and corrections_left(order):
        found.add("address")
    packing = getattr(order, "packing", None)
    retry_at = packing.next_attempt_at if packing else None
    if order.state == State.PENDING and retry_at and retry_at > timezone.now():
        found.add("hurry")
    return found
