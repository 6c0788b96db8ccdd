"""The state machine: every transition of the table, no other, and one winner."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shop.orders.models import Order, OrderEvent, State
from shop.orders.states import (
    FINISHED,
    TRANSITIONS,
    UNDER_WAY,
    ForbiddenTransitionError,
    state_changed,
    transition,
    transition_all,
)
from tests.factories import make_order, make_user

pytestmark = pytest.mark.django_db

ARROWS = {
    ("new", "pending"),
    ("pending", "packing"),
    ("pending", "cancelled"),
    ("packing", "pending"),
    ("packing", "packed"),
    ("packing", "has_packing_errors"),
    ("packing", "need_human"),
    ("has_packing_errors", "pending"),
    ("has_packing_errors", "cancelled"),
    ("need_human", "pending"),
    ("need_human", "packed"),
    ("need_human", "cancelled"),
}


def order_in(state: str) -> Order:
    order = make_order()
    Order.objects.filter(pk=order.pk).update(state=state)
    order.refresh_from_db()
    return order


def test_table_has_the_arrows_of_the_house_and_no_other() -> None:
    assert {(a, b) for a, targets in TRANSITIONS.items() for b in targets} == ARROWS


@pytest.mark.parametrize(("previous", "state"), sorted(ARROWS))
def test_move_along_an_arrow_is_made_and_written_down(previous: str, state: str) -> None:
    order = order_in(previous)
    staff = make_user(is_staff=True)
    assert transition(order, State(state), actor=staff, fault="no_place", note="why")
    assert order.state == state
    order.refresh_from_db()
    assert (order.state, order.fault) == (state, "no_place")
    event = order.events.last()
    assert event
    assert (event.kind, event.previous, event.state, event.actor, event.fault, event.note) == (
        "state",
        previous,
        state,
        staff,
        "no_place",
        "why",
    )


@pytest.mark.parametrize("previous", State.values)
@pytest.mark.parametrize("state", State.values)
def test_move_without_an_arrow_is_refused(previous: str, state: str) -> None:
    if (previous, state) in ARROWS:
        return
    order = order_in(previous)
    with pytest.raises(ForbiddenTransitionError):
        transition(order, State(state))
    order.refresh_from_db()
    assert order.state == previous
    assert order.events.count() == 1


def test_move_by_two_has_one_winner() -> None:
    order = make_order()
    mine, theirs = Order.objects.get(pk=order.pk), Order.objects.get(pk=order.pk)
    assert transition(mine, State.PACKING)
    assert not transition(theirs, State.CANCELLED)
    order.refresh_from_db()
    assert order.state == "packing"
    assert order.events.count() == 2


def test_move_clears_the_fault_of_the_state_before() -> None:
    order = order_in("need_human")
    Order.objects.filter(pk=order.pk).update(fault="manual_tier")
    transition(order, State.PENDING)
    order.refresh_from_db()
    assert order.fault == ""


def test_receiver_that_fails_undoes_the_move() -> None:
    def fail(**kwargs: Any) -> None:
        raise RuntimeError("receiver")

    order = make_order()
    state_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="receiver"), transaction.atomic():
            transition(order, State.PACKING)
    finally:
        state_changed.disconnect(fail)
    order = Order.objects.get(pk=order.pk)
    assert (order.state, order.events.count()) == ("pending", 1)


def test_signal_names_the_state_before() -> None:
    seen: list[tuple[str | None, str]] = []

    def listen(orders: list[Order], previous: str | None, **kwargs: Any) -> None:
        seen.extend((previous, order.state) for order in orders)

    state_changed.connect(listen)
    try:
        order = make_order()
        transition(order, State.PACKING)
    finally:
        state_changed.disconnect(listen)
    assert seen == [(None, "pending"), ("pending", "packing")]


def test_state_that_does_not_exist_is_refused_by_the_database() -> None:
    order = make_order()
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(state="lost")


def test_history_of_a_placed_order_begins_with_its_state() -> None:
    order = make_order()
    assert list(OrderEvent.objects.filter(order=order).values_list("previous", "state")) == [
        ("", "pending")
    ]


def test_each_state_has_its_transitions() -> None:
    assert TRANSITIONS.keys() == set(State)


def test_order_is_finished_in_a_state_it_cannot_leave() -> None:
    assert FINISHED == (State.PACKED, State.CANCELLED)
    assert set(UNDER_WAY) == set(State) - {State.NEW, *FINISHED}


def test_several_orders_are_moved_and_told_at_once() -> None:
    orders, other = [make_order() for _ in range(3)], make_order()
    seen: list[tuple[list[Order], str | None]] = []

    def listen(orders: list[Order], previous: str | None, **kwargs: Any) -> None:
        seen.append((orders, previous))

    state_changed.connect(listen)
    try:
        moved = transition_all(orders, State.PACKING, note="together")
    finally:
        state_changed.disconnect(listen)
    assert moved == orders
    assert seen == [(moved, "pending")]
    for order in orders:
        order.refresh_from_db()
        event = order.events.last()
        assert event
        assert (order.state, event.previous, event.state, event.note) == (
            *("packing", "pending", "packing", "together"),
        )
    other.refresh_from_db()
    assert (other.state, other.events.count()) == ("pending", 1)


def test_several_orders_of_which_one_was_faster_stay_as_they_are() -> None:
    orders = [make_order() for _ in range(3)]
    assert transition(Order.objects.get(pk=orders[1].pk), State.CANCELLED)
    before = list(Order.objects.order_by("pk").values())
    assert transition_all(orders, State.PACKING) == []
    assert list(Order.objects.order_by("pk").values()) == before
    assert [order.events.count() for order in orders] == [1, 2, 1]
