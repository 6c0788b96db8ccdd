"""The only way to change an order's state.

`transition` is a filtered UPDATE that either wins or loses: no row locks, and the same on SQLite
and PostgreSQL. Its event and what receivers of `state_changed` write commit with it.
"""

from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from shop.compiled_inserts import insert
from shop.orders.models import PLACED_STATES, Order, OrderEvent, State
from shop.tenancy.models import User

TRANSITIONS: dict[State, frozenset[State]] = {
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
# States that an order never leaves, and those of placed orders that it still will.
FINISHED = tuple(state for state, following in TRANSITIONS.items() if not following)
UNDER_WAY = tuple(state for state in PLACED_STATES if state not in FINISHED)

# Sent inside the transaction with `order` and its `previous` state, None when it is placed.
state_changed = Signal()


class ForbiddenTransitionError(Exception):
    """TRANSITIONS has no such transition: a bug in our own code."""


def place(order: Order, *, actor: User | None = None) -> None:
    """Save a new order as `pending`, with its first event, and send the signal."""
    # No savepoint: if this fails, the caller's transaction is rolled back too.
    with transaction.atomic(savepoint=False):
        order.state = State.PENDING
        insert(order)
        insert(OrderEvent(order=order, state=order.state, actor=actor))
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
    """Move `order` from the state it was loaded with to `to`, and write `changes` with it.

    Returns False, and changes nothing, if somebody else was faster. `fault` stays on the order
    until the next transition. Raises ForbiddenTransitionError.
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
        # Outside, an order begins when it is placed.
        known = None if previous == State.NEW else previous
        state_changed.send(sender=Order, order=order, previous=known)
    return True
