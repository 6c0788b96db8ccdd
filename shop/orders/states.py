"""The only way to change an order's state.

`transition` is a filtered UPDATE that either wins or loses: no row locks, and the same on SQLite
and PostgreSQL. Its event and what receivers of `state_changed` write commit with it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from shop.change_times import later_change
from shop.compiled_inserts import insert
from shop.compiled_queries import CompiledQuery, Parameter
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

# Sent inside the transaction with `orders`, all of which are in one state now, and their `previous`
# one, None when they are placed.
state_changed = Signal()
# What receivers read of them besides.
RELATED = ("product", "delivered_client", "delivered_project", "member", "invitation")


class ForbiddenTransitionError(Exception):
    """TRANSITIONS has no such transition: a bug in our own code."""


def place(order: Order, *, actor: User | None = None) -> None:
    """Save a new order as `pending`, with its first event, and send the signal."""
    # No savepoint: if this fails, the caller's transaction is rolled back too.
    with transaction.atomic(savepoint=False):
        order.state = State.PENDING
        insert(order)
        insert(OrderEvent(order=order, state=order.state, actor=actor))
        state_changed.send(sender=Order, orders=[order], previous=None)


def transition(
    order: Order,
    to: State,
    *,
    actor: User | None = None,
    fault: str = "",
    note: str = "",
    details: Mapping[str, Any] | None = None,
    **changes: Any,
) -> bool:
    """Move `order` from the state it was loaded with to `to`, and write `changes` with it.

    Returns False, and changes nothing, if somebody else was faster. `fault` stays on the order
    until the next transition; `note` and `details` are the event's. Raises
    ForbiddenTransitionError.
    """
    told: dict[str, Any] = {"actor": actor, "fault": fault, "note": note, "details": details}
    moved = transition_all([order], to, **told, **changes)
    if moved:
        for name in ("state", "fault", "updated_at", *changes):
            setattr(order, name, getattr(moved[0], name))
    return bool(moved)


def transition_all(
    orders: Sequence[Order],
    to: State,
    *,
    actor: User | None = None,
    fault: str = "",
    note: str = "",
    details: Mapping[str, Any] | None = None,
    **changes: Any,
) -> list[Order]:
    """Move `orders`, which were loaded with one state, as `transition` does: all, or none.

    Returns them as they are now, in the order of their numbers, with RELATED; or an empty list.
    """
    if not orders:
        return []
    previous = State(orders[0].state)
    if to not in TRANSITIONS[previous]:
        raise ForbiddenTransitionError(f"{previous} -> {to}")
    changes |= {"state": to, "fault": fault}
    # One that is not moved needs no savepoint: nothing is to be undone.
    with transaction.atomic(savepoint=len(orders) > 1):
        changes["updated_at"] = later_change()
        pks = [order.pk for order in orders]
        found = Order.objects.filter(pk__in=pks, state=previous)
        if found.update(**changes) < len(orders):
            if len(orders) > 1:
                transaction.set_rollback(True)
            return []
        # Read again: others may have changed the rows since `orders` were loaded.
        moved = _orders_as_they_are(pks)
        of_all: dict[str, Any] = {"previous": previous, "state": to, "actor": actor}
        of_all |= {"fault": fault, "note": note, "details": dict(details or {})}
        OrderEvent.objects.bulk_create([OrderEvent(order=order, **of_all) for order in moved])
        # Outside, an order begins when it is placed.
        known = None if previous == State.NEW else previous
        state_changed.send(sender=Order, orders=moved, previous=known)
    return moved


def _orders_as_they_are(pks: Sequence[int]) -> list[Order]:
    return _orders_by_number(len(pks)).all(**{f"pk{place}": pk for place, pk in enumerate(pks)})


@lru_cache
def _orders_by_number(count: int) -> CompiledQuery[Order]:
    """The query for `count` orders, whose joins take longer to plan than to run."""
    pks: list[Any] = [Parameter(f"pk{place}") for place in range(count)]
    return CompiledQuery(
        lambda: Order.objects.filter(pk__in=pks).select_related(*RELATED).order_by("pk")
    )
