"""The one way to change an order's state.

`transition` wins or loses by a filtered UPDATE, so it needs no row locks and is the same on SQLite and
PostgreSQL. The history row and whatever hangs on `state_changed` commit with it.
"""

from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from shop.orders.models import Order, OrderEvent, State
from shop.tenancy.models import User

TRANSITIONS: dict[str, frozenset[str]] = {
    State.NEW: frozenset({State.PENDING}),
    State.PENDING: frozenset({State.PACKING, State.CANCELLED}),
    State.PACKING: frozenset(
        {State.PENDING, State.PACKED, State.HAS_PACKING_ERRORS, State.NEED_HUMAN}
    ),
    State.PACKED: frozenset(),
    State.HAS_PACKING_ERRORS: frozenset({State.PENDING, State.CANCELLED}),
    State.NEED_HUMAN: frozenset({State.PENDING, State.PACKED, State.CANCELLED}),
    State.CANCELLED: frozenset(),
}

# Sent inside the transaction of the change, with `order` and `previous`, None when it is placed.
state_changed = Signal()


class ForbiddenTransitionError(Exception):
    """The state machine has no such arrow: a fault in our own code."""


def place(order: Order, *, actor: User | None = None) -> None:
    """Write a placed order: its row in `pending`, its first event, the signal."""
    # Whoever has begun a transaction gives it up with this one: no way back halfway is needed.
    with transaction.atomic(savepoint=False):
        order.state = State.PENDING
        order.save()
        OrderEvent.objects.create(order=order, state=order.state, actor=actor)
        state_changed.send(sender=Order, order=order, previous=None)


def transition(
    order: Order,
    to: State,
    *,
    actor: User | None = None,
    fault: str = "",
    note: str = "",
    **changes: Any,
) -> bool:
    """Move `order` from the state it is known in to `to`, writing `changes` with it.

    False where somebody else was faster; then nothing has happened. `fault` stays on the order
    until the next move. Raises ForbiddenMove where there is no such transition.
    """
    previous = State(order.state)
    if to not in TRANSITIONS[previous]:
        raise ForbiddenTransitionError(f"{previous} -> {to}")
    changes |= {"state": to, "fault": fault, "updated_at": timezone.now()}
    with transaction.atomic(savepoint=False):
        if not Order.objects.filter(pk=order.pk, state=previous).update(**changes):
            return False
        for name, value in changes.items():
            setattr(order, name, value)
        OrderEvent.objects.create(
            order=order, previous=previous, state=to, actor=actor, fault=fault, note=note
        )
        # To the world outside, an order begins when it is placed.
        known = None if previous == State.NEW else previous
        state_changed.send(sender=Order, order=order, previous=known)
    return True
