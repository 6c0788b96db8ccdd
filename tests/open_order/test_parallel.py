"""Many calls at the same moment, each with a connection of its own."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connections

from shop.catalogue.models import Promotion
from shop.open_order.mapping import account_of
from shop.orders.models import Basket, Order, OrderEvent
from tests.factories import make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    CONTACT,
    PRODUCT,
    PUTS,
    Program,
    add_product,
    by_cookie,
    by_token,
    cookies,
    fill,
    handler,
    open_one,
    submit,
    the_order,
)
from tests.pages import Response

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50
KEY = {"Idempotency-Key": "k1"}
Result = TypeVar("Result")


def at_once(callers: int, call: Callable[[int], Result]) -> list[Result]:
    """Return the results of `call` for several callers that start together."""
    barrier = Barrier(callers)
    handler()  # loaded here, not by several at once

    def one(number: int) -> Result:
        try:
            barrier.wait()
            return call(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(one, range(callers)))


def statuses(answers: list[Response]) -> dict[int, int]:
    return Counter(answer.status_code for answer in answers)


def one_new_order() -> None:
    """There is one open order with its basket, and its history begins once."""
    assert list(Order.objects.values_list("state", flat=True)) == ["new"]
    assert Basket.objects.count() == OrderEvent.objects.count() == 1


def test_first_calls_with_one_cookie_open_one_order() -> None:
    answers = at_once(MANY, lambda _: by_cookie().post("/order"))
    assert statuses(answers) == {201: 1, 409: MANY - 1}
    assert sum(len(cookies(answer)) for answer in answers) == 2
    one_new_order()


def test_first_puts_with_one_cookie_open_one_order_and_are_all_taken() -> None:
    answers = at_once(
        MANY,
        lambda number: by_cookie().put("/order/account", {**ACCOUNT, "name": f"Film {number}"}),
    )
    assert statuses(answers) == {200: MANY}
    assert [answer.json()["name"] for answer in answers] == [f"Film {n}" for n in range(MANY)]
    assert sorted(len(cookies(answer)) for answer in answers) == [0] * (MANY - 1) + [2]
    one_new_order()


def test_first_calls_without_a_cookie_open_an_order_each() -> None:
    answers = at_once(MANY, lambda _: Program().put("/order/account", ACCOUNT))
    assert statuses(answers) == {200: MANY}
    owners = {owner_id for answer in answers for owner_id, _ in cookies(answer)}
    assert len(owners) == Order.objects.count() == MANY


def test_first_calls_of_one_user_with_many_cookies_open_one_order_each() -> None:
    # By a token: passwords that come many at once are taken for guesses.
    token = make_token(make_user())
    owners = [str(uuid.uuid4()) for _ in range(8)]
    answers = at_once(8, lambda number: by_token(token, owners[number]).post("/order"))
    assert statuses(answers) == {201: 8}
    assert Order.objects.filter(owner__isnull=False).count() == 1


def test_submits_at_once_place_one_order() -> None:
    fill(by_cookie())
    explicit = f"/orders/{the_order().order_hash}"
    answers = at_once(20, lambda number: submit(by_cookie(), explicit if number % 2 else "/order"))
    assert statuses(answers) == {202: 1, 409: 19}
    order = the_order()
    assert (order.state, order.events.count()) == ("pending", 2)


def test_submits_at_once_under_one_key_are_all_the_first() -> None:
    fill(by_cookie())
    answers = at_once(12, lambda _: by_cookie().post("/order/action", {"action": "submit"}, **KEY))
    assert statuses(answers) == {202: 12}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 11
    assert the_order().state == "pending"


def test_products_at_once_are_one() -> None:
    answers = at_once(12, lambda _: by_cookie().post("/order/account/products", PRODUCT))
    assert statuses(answers) == {201: 1, 409: 11}
    (posted,) = (answer for answer in answers if answer.status_code == 201)
    (item,) = by_cookie().get("/order/account/products").json()["list"]
    assert item["productId"] == posted.json()["productId"]
    one_new_order()


@pytest.mark.parametrize("opened", [True, False])
def test_puts_of_different_children_lose_nothing(opened: bool) -> None:
    if opened:
        open_one(by_cookie())
    paths = [*PUTS, "account/products"]

    def put(number: int) -> Response:
        path = paths[number % len(paths)]
        if path == "account/products":
            return by_cookie().post(f"/order/{path}", PRODUCT)
        return by_cookie().put(f"/order/{path}", PUTS[path])

    answers = at_once(2 * len(paths), put)
    assert statuses(answers) == {200: 2 * len(PUTS), 201: 1, 409: 1}
    one_new_order()
    for path, body in PUTS.items():
        shown = by_cookie().get(f"/order/{path}").json()
        wanted = {"list": body} if isinstance(body, list) else body
        assert shown == {**shown, **wanted}
    assert len(by_cookie().get("/order/account/products").json()["list"]) == 1


@pytest.mark.parametrize("explicit", [True, False])
def test_delete_and_submit_at_once_have_one_winner(explicit: bool) -> None:
    fill(by_cookie())
    base = f"/orders/{the_order().order_hash}" if explicit else "/order"

    def call(number: int) -> Response:
        return submit(by_cookie(), base) if number % 2 else by_cookie().delete(base)

    answers = at_once(10, call)
    deletes, submits = answers[::2], answers[1::2]
    if Order.objects.exists():
        assert the_order().state == "pending"
        assert statuses(submits) == {202: 1, 409: 4}
        assert statuses(deletes) == {405 if explicit else 404: 5}
    else:
        assert statuses(deletes) == {204: 1, 404: 4}
        # By the shorthand, what finds no order any more is an order that lacks everything.
        assert statuses(submits).keys() <= ({404} if explicit else {400, 404})


def test_deletes_at_once_delete_once() -> None:
    order = open_one(by_cookie())
    answers = at_once(10, lambda _: by_cookie().delete(f"/orders/{order.order_hash}"))
    assert statuses(answers) == {204: 1, 404: 9}


def test_puts_and_submit_at_once_change_nothing_that_is_placed() -> None:
    fill(by_cookie())
    order = the_order()
    path = f"/orders/{order.order_hash}"

    def call(number: int) -> Response:
        if number == 0:
            return submit(by_cookie(), path)
        return by_cookie().put(f"{path}/account", {**ACCOUNT, "name": f"Film {number}"})

    submitted, *puts = at_once(10, call)
    assert submitted.status_code == 202
    assert statuses(puts).keys() <= {200, 405}
    order = the_order()
    # What was placed is what stands in the basket: no put has come after it.
    assert account_of(order.basket) == {**ACCOUNT, "name": order.client_name}


def test_last_use_of_a_promotion_is_given_once() -> None:
    Promotion.objects.create(code="SPRING", name="Spring", percent=10, max_uses=1)
    owners = [str(uuid.uuid4()) for _ in range(10)]
    for owner_id in owners:
        program = by_cookie(owner_id)
        assert program.put("/order/account", ACCOUNT).status_code == 200
        add_product(program, promoCode="SPRING")
        program.put("/order/account/contactInfo/regular", CONTACT)
    answers = at_once(10, lambda number: submit(by_cookie(owners[number])))
    assert statuses(answers) == {202: 1, 400: 9}
    refused = [answer.json() for answer in answers if answer.status_code == 400]
    details = {"promoCode": "is not valid now for this tier."}
    assert [body["badRequest"]["details"] for body in refused] == [details] * 9
    assert Promotion.objects.get().uses == 1
    assert Order.objects.filter(state="pending", discount_cents=490).count() == 1
    assert Order.objects.filter(state="new").count() == 9
