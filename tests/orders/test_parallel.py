"""Several at the same moment, each with a connection of its own: one wins, the others see it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.tenancy.joining import NewMember, join_as_new
from shop.tenancy.models import Client, Invitation, Membership, User
from tests.factories import (
    DETAILS,
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    pack_all,
    pack_one,
)

pytestmark = pytest.mark.django_db(transaction=True)

CALLERS = 6
Result = TypeVar("Result")


def at_once(call: Callable[[int], Result]) -> list[Result]:
    """Return the results of `call` for several callers that start together."""
    barrier = Barrier(CALLERS)

    def one(number: int) -> Result:
        try:
            barrier.wait()
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


def test_move_has_one_winner() -> None:
    order = make_order()
    seen = [Order.objects.get() for _ in range(CALLERS)]
    won = at_once(lambda number: transition(seen[number], State.PACKING))
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert order.events.count() == 2


def test_filling_in_has_one_winner() -> None:
    make_bare_order("s")
    seen = [Order.objects.select_related("product").get() for _ in range(CALLERS)]
    won = at_once(
        lambda number: fill_in(seen[number], {**DETAILS, "client_name": f"Film {number}"})
    )
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert Order.objects.get().client_name == f"Film {won.index(True)}"


def test_order_is_packed_once() -> None:
    make_order()
    at_once(lambda _: pack_all())
    assert Order.objects.get().state == "packed"
    assert [model.objects.count() for model in (Client, Membership, Invitation)] == [1, 1, 1]


def test_orders_for_one_new_address_make_one_user() -> None:
    orders = [make_order() for _ in range(CALLERS)]
    at_once(lambda number: pack_one(orders[number]))
    assert set(Order.objects.values_list("state", flat=True)) == {"packed"}
    assert User.objects.count() == 1
    assert Membership.objects.count() == CALLERS


def test_last_place_in_a_project_is_given_once() -> None:
    project = make_project()
    Product.objects.filter(code="s").update(members=1)
    token = make_token(project.client.client_admin)
    orders = [
        make_bare_order(
            client_id=project.client.pk,
            project_id=project.pk,
            user_email=f"nina{number}@example.com",
            admin_user_access_token=token,
        )
        for number in range(CALLERS)
    ]
    at_once(lambda number: pack_one(orders[number]))
    states = sorted(Order.objects.values_list("state", flat=True))
    assert states == ["need_human"] * (CALLERS - 1) + ["packed"]
    assert Membership.objects.filter(project=project).count() == 1


def test_message_is_sent_once() -> None:
    make_order()
    message = Message.objects.get()
    at_once(lambda _: send(message.pk))
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 1)


def test_link_lets_one_in() -> None:
    order = make_packed_order()
    assert order.invitation

    seen = [Invitation.objects.select_related("membership__user").get() for _ in range(CALLERS)]
    won = at_once(
        lambda number: join_as_new(seen[number], NewMember(f"password {number}", "", "", "", "de"))
    )
    assert sorted(won) == [False] * (CALLERS - 1) + [True]
    assert User.objects.get().check_password(f"password {won.index(True)}")


def test_cancelling_and_packing_have_one_winner() -> None:
    make_order()
    make_order(user_email="other@example.com")  # a bystander, which is packed
    order = Order.objects.earliest("pk")
    seen = [Order.objects.get(pk=order.pk) for _ in range(CALLERS)]

    def one(number: int) -> bool:
        if number % 2:
            pack_all()
            return False
        return cancel_in_any_state(seen[number], None, by=ActedBy.CUSTOMER)

    won = at_once(one)
    order.refresh_from_db()
    ended = order.events.filter(state__in=("packed", "cancelled"))
    assert [event.state for event in ended] == [order.state]
    assert sum(won) == (order.state == "cancelled")
    # Nothing half: all that was delivered, or nothing.
    delivered = Invitation.objects.filter(order=order).count()
    assert delivered == (order.state == "packed")
    assert Order.objects.latest("pk").state == "packed"
