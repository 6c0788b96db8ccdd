"""Staff's work on an order, which changes neither its state nor how long it counts as waiting."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from shop.orders.mentions import Mention, mention
from shop.orders.models import Order, OrderEvent
from shop.orders.states import FINISHED
from shop.tenancy.client_admins import appoint
from shop.tenancy.models import User

Kind = OrderEvent.Kind


def assign(order: Order, to: User, *, actor: User, tell: bool = True) -> bool:
    """Assign the order to `to`; False if it is theirs already, or somebody else was faster.

    They are told, unless not `tell`, if `actor` is somebody else.
    """
    details = {} if to == actor else {"assignee": to.email}
    event = OrderEvent(order=order, kind=Kind.TAKEN, actor=actor, details=details)
    with transaction.atomic():
        if not _replace(event, "taken_by", order.taken_by_id, to.pk):
            return False
        if tell:
            mention(event, [to])
    return True


def unassign(order: Order, staff: User) -> bool:
    """Take the order off `staff`; returns False if it is not assigned to them (any more)."""
    event = OrderEvent(order=order, kind=Kind.HANDED_BACK, actor=staff)
    return _replace(event, "taken_by", staff.pk, None)


def set_assignee_back(order: Order, now: int | None, before: User | None, *, actor: User) -> bool:
    """Undo an assignment: from the user `now` (a primary key) back to `before`.

    False if it is no longer assigned to `now`.
    """
    if order.taken_by_id != now:
        return False
    with transaction.atomic():
        # Whom it was given to by mistake need not look at it.
        told = Mention.objects.filter(user=now, seen_at=None, event__order=order)
        told.filter(event__kind=Kind.TAKEN).delete()
        return _set_back(order, now, before, actor)


def unassign_all(staff: User, actor: User) -> int:
    """Take all orders that are not finished off `staff`; return their number."""
    taken = Order.objects.filter(taken_by=staff).exclude(state__in=FINISHED)
    freed = 0
    for order in taken.order_by("pk"):
        event = OrderEvent(order=order, kind=Kind.HANDED_BACK, actor=actor)
        freed += _replace(event, "taken_by", staff.pk, None)
    return freed


def add_note(order: Order, staff: User, text: str, mentioned: Iterable[User] = ()) -> OrderEvent:
    """Add a note to the order's history, and tell the colleagues whom it mentions."""
    with transaction.atomic():
        event = OrderEvent.objects.create(order=order, kind=Kind.NOTE, actor=staff, note=text)
        mention(event, mentioned)
    return event


def remove_note(order: int, staff: User, event: int) -> bool:
    """Remove a note of `staff`, by primary keys; False if there is no such note of theirs."""
    notes = OrderEvent.objects.filter(order=order, pk=event, kind=Kind.NOTE, actor=staff)
    return bool(notes.delete()[0])


def set_follow_up(order: Order, staff: User, on: date | None) -> bool:
    """Set the day on which the order comes up again, or None; False if nothing changes."""
    details = {"on": on.isoformat() if on else None}
    event = OrderEvent(order=order, kind=Kind.FOLLOW_UP, actor=staff, details=details)
    return _replace(event, "follow_up_on", order.follow_up_on, on)


def appoint_client_admin(order: Order, user: User, staff: User) -> bool:
    """Make `user` client_admin of the client `order` delivered; False if nothing changes."""
    if order.delivered_client is None:
        return False
    with transaction.atomic():
        if not appoint(order.delivered_client, user, staff):
            return False
        details = {"client_admin": user.email}
        OrderEvent.objects.create(order=order, kind=Kind.CLIENT_ADMIN, actor=staff, details=details)
    return True


def _set_back(order: Order, now: int | None, before: User | None, actor: User) -> bool:
    if before:
        return assign(order, before, actor=actor, tell=False)
    event = OrderEvent(order=order, kind=Kind.HANDED_BACK, actor=actor)
    return _replace(event, "taken_by", now, None)


def _replace(event: OrderEvent, column: str, old: Any, new: Any) -> bool:
    """Write `new` to the order and save `event`; False if `old` is not there or is the same."""
    with transaction.atomic():
        as_seen = Order.objects.filter(pk=event.order_id, **{column: old})
        if old == new or not as_seen.update(**{column: new}):
            return False
        event.save()
    return True
