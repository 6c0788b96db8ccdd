"""How staff see to an order: who has taken it, when they look again, what they write down.

None of it changes the order's state, nor since when it has waited.
"""

from datetime import date

from django.db import transaction

from shop.orders.models import Order, OrderEvent
from shop.tenancy.appointing import appoint
from shop.tenancy.models import User

Kind = OrderEvent.Kind


def assign(order: Order, to: User, *, actor: User) -> bool:
    """Have `to` see to the order, in place of whoever `order` says does so.

    False where somebody else has taken it meanwhile, or it is theirs already.
    """
    if order.taken_by_id == to.pk:
        return False
    with transaction.atomic():
        as_known = Order.objects.filter(pk=order.pk, taken_by=order.taken_by_id)
        if not as_known.update(taken_by=to):
            return False
        note = "" if to == actor else str(to)
        OrderEvent.objects.create(order=order, kind=Kind.TAKEN, actor=actor, note=note)
    return True


def unassign(order: Order, staff: User) -> bool:
    """Leave the order to others; False where `staff` does not see to it (any more)."""
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, taken_by=staff).update(taken_by=None):
            return False
        OrderEvent.objects.create(order=order, kind=Kind.HANDED_BACK, actor=staff)
    return True


def add_note(order: Order, staff: User, text: str) -> None:
    """Add a line to the order's history."""
    OrderEvent.objects.create(order=order, kind=Kind.NOTE, actor=staff, note=text)


def set_follow_up(order: Order, staff: User, on: date | None) -> bool:
    """Look at the order again on that day, or not at all; False where that is so already."""
    with transaction.atomic():
        as_known = Order.objects.filter(pk=order.pk, follow_up_on=order.follow_up_on)
        if on == order.follow_up_on or not as_known.update(follow_up_on=on):
            return False
        note = on.isoformat() if on else ""
        OrderEvent.objects.create(order=order, kind=Kind.FOLLOW_UP, actor=staff, note=note)
    return True


def appoint_client_admin(order: Order, user: User, staff: User) -> bool:
    """Make `user` client_admin of the client that `order` has delivered.

    False where somebody else has appointed one meanwhile, or nothing would change.
    """
    if order.delivered_client is None:
        return False
    with transaction.atomic():
        if not appoint(order.delivered_client, user):
            return False
        OrderEvent.objects.create(order=order, kind=Kind.CLIENT_ADMIN, actor=staff, note=user.email)
    return True
