"""Staff's work on an order: its assignee, follow-up day and notes, and its client's admin.

None of it changes the order's state, nor how long it counts as waiting.
"""

from datetime import date

from django.db import transaction

from shop.orders.models import Order, OrderEvent
from shop.tenancy.client_admins import appoint
from shop.tenancy.models import User

Kind = OrderEvent.Kind


def assign(order: Order, to: User, *, actor: User) -> bool:
    """Assign the order to `to`, in place of the assignee that `order` was loaded with.

    Returns False if it was assigned to somebody else meanwhile, or is `to`'s already.
    """
    if order.taken_by_id == to.pk:
        return False
    with transaction.atomic():
        as_loaded = Order.objects.filter(pk=order.pk, taken_by=order.taken_by_id)
        if not as_loaded.update(taken_by=to):
            return False
        details = {} if to == actor else {"assignee": to.email}
        OrderEvent.objects.create(order=order, kind=Kind.TAKEN, actor=actor, details=details)
    return True


def unassign(order: Order, staff: User) -> bool:
    """Take the order off `staff`; returns False if it is not assigned to them (any more)."""
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, taken_by=staff).update(taken_by=None):
            return False
        OrderEvent.objects.create(order=order, kind=Kind.HANDED_BACK, actor=staff)
    return True


def add_note(order: Order, staff: User, text: str) -> None:
    """Add a note to the order's history."""
    OrderEvent.objects.create(order=order, kind=Kind.NOTE, actor=staff, note=text)


def set_follow_up(order: Order, staff: User, on: date | None) -> bool:
    """Set the day on which the order comes up again; None clears it.

    Returns False if that is the day already, or somebody else was faster.
    """
    with transaction.atomic():
        as_loaded = Order.objects.filter(pk=order.pk, follow_up_on=order.follow_up_on)
        if on == order.follow_up_on or not as_loaded.update(follow_up_on=on):
            return False
        details = {"on": on.isoformat() if on else None}
        OrderEvent.objects.create(order=order, kind=Kind.FOLLOW_UP, actor=staff, details=details)
    return True


def appoint_client_admin(order: Order, user: User, staff: User) -> bool:
    """Make `user` client_admin of the client that `order` delivered.

    Returns False if somebody else was appointed meanwhile, or nothing would change.
    """
    if order.delivered_client is None:
        return False
    with transaction.atomic():
        if not appoint(order.delivered_client, user):
            return False
        details = {"client_admin": user.email}
        OrderEvent.objects.create(order=order, kind=Kind.CLIENT_ADMIN, actor=staff, details=details)
    return True
