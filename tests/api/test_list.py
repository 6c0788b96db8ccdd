"""The list of orders: whose, in what order, by pages, filtered."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.orders.cursors import write_cursor
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.api.calls import list_orders, post_order
from tests.factories import make_application, make_order, make_token, pack_all
from tests.pages import assert_left_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    return make_token(make_application())


def hashes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [order["order_hash"] for order in answer.json()["data"]["array"]]


def place(token: str, number: int, **members: Any) -> list[str]:
    """The hashes of `number` orders, newest first."""
    placed = [post_order(token, **members).json()["data"]["order"] for _ in range(number)]
    return [order["order_hash"] for order in reversed(placed)]


def cursor_of(order: Order) -> str:
    return write_cursor((order.created_at, order.pk))


def test_empty_list_is_a_success(token: str) -> None:
    answer = list_orders(token)
    assert answer.json() == {
        "status": 200,
        "status_message": "OK",
        "info": "",
        "data": {"array": []},
    }
    assert (answer["Total"], answer["Per-Page"]) == ("0", "20")


def test_list_has_the_callers_orders_newest_first(token: str) -> None:
    placed = place(token, 3)
    make_order()
    make_order(caller=Caller(application=make_application()))
    assert hashes(list_orders(token)) == placed


def test_list_leaves_out_open_orders(token: str) -> None:
    place(token, 1)
    Order.objects.update(state="new")
    assert hashes(list_orders(token)) == []


def test_orders_of_one_moment_keep_one_order(token: str) -> None:
    placed = place(token, 5)
    Order.objects.update(created_at="2026-01-01T00:00Z")
    assert hashes(list_orders(token)) == placed


def test_pages_are_cut_and_linked(token: str) -> None:
    placed = place(token, 5)
    answer = list_orders(token, page=2, per_page=2)
    assert hashes(answer) == placed[2:4]
    assert (answer["Total"], answer["Per-Page"]) == ("5", "2")
    cursor = cursor_of(Order.objects.get(order_hash=placed[3]))
    expected = {"first": "page=1", "last": "page=3", "prev": "page=1", "next": f"cursor={cursor}"}
    links = ", ".join(
        f'<http://testserver/api/orders?{where}&per_page=2>; rel="{name}"'
        for name, where in expected.items()
    )
    assert answer["Links"] == links
    assert answer["Link"] == links


def test_first_page_has_no_previous_and_last_no_next(token: str) -> None:
    place(token, 3)
    first = list_orders(token, per_page=2)["Link"]
    last = list_orders(token, per_page=2, page=2)["Link"]
    assert_left_out('rel="prev"', there=last, here=first)
    assert_left_out('rel="next"', there=first, here=last)


def test_page_behind_the_last_is_empty(token: str) -> None:
    place(token, 1)
    answer = list_orders(token, page=9)
    assert hashes(answer) == []
    assert answer["Total"] == "1"


def test_links_keep_the_filters(token: str) -> None:
    place(token, 2)
    link = list_orders(token, per_page=1, product="s", created_after="2026-01-01T00:00:00Z")["Link"]
    assert "page=2&per_page=1&product=s&created_after=2026-01-01T00%3A00%3A00Z" in link


def test_list_is_filtered_by_state_and_product(token: str) -> None:
    (packed,) = place(token, 1)
    pack_all()
    (pending,) = place(token, 1, product="m")
    assert hashes(list_orders(token, state="packed")) == [packed]
    assert hashes(list_orders(token, state="pending")) == [pending]
    assert hashes(list_orders(token, product="m")) == [pending]
    assert hashes(list_orders(token, product="m", state="packed")) == []


@pytest.mark.parametrize("member", ["created", "updated"])
def test_list_is_filtered_by_time(token: str, member: str) -> None:
    old, new = reversed(place(token, 2))
    moment = Order.objects.get(order_hash=new)
    Order.objects.filter(order_hash=old).update(
        **{f"{member}_at": moment.created_at - timedelta(hours=2)}
    )
    after = (moment.created_at - timedelta(hours=1)).isoformat()
    assert hashes(list_orders(token, **{f"{member}_after": after})) == [new]
    without_zone = after.removesuffix("+00:00")
    assert hashes(list_orders(token, **{f"{member}_after": without_zone})) == [new]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "1.5"),
        ("page", ""),
        ("page", "9" * 30),
        ("page", "1_0"),
        ("page", " 1"),
        ("page", "1.0"),
        ("per_page", "0"),
        ("per_page", "101"),
        ("state", "new"),
        ("state", "PACKED"),
        ("state", ""),
        ("product", "unknown"),
        ("product", "S"),
        ("product", "s\x00"),
        ("created_after", "yesterday"),
        ("created_after", "0"),
        ("created_after", "2026-02-30T00:00:00Z"),
        ("created_after", "0001-01-01T00:00:00+14:00"),
        ("created_after", "9999-12-31T23:59:59-14:00"),
        ("updated_after", "2026-13-01"),
        ("cursor", ""),
        ("cursor", "x"),
        ("cursor", "1-"),
        ("cursor", "-1"),
        ("cursor", "1-1-1"),
        ("cursor", "1_0-1"),
        ("cursor", "1-\u0661"),
        ("cursor", "9" * 30 + "-1"),
        ("cursor", "1-" + "9" * 40),
        ("colour", "red"),
    ],
)
def test_bad_parameter_is_422_under_its_name(token: str, parameter: str, value: str) -> None:
    answer = list_orders(token, **{parameter: value})
    assert answer.status_code == 422
    assert list(answer.json()["error"]) == [parameter]


@pytest.mark.parametrize("state", ["new", "PACKED", "unknown"])
def test_state_that_no_placed_order_has_is_unknown_to_the_list(token: str, state: str) -> None:
    answer = list_orders(token, state=state)
    assert answer.status_code == 422
    assert answer.json()["error"] == {"state": ["is not a known state."]}


def test_number_too_long_to_be_read_is_out_of_range(token: str) -> None:
    answer = list_orders(token, page="9" * 5000)
    assert answer.json()["error"] == {"page": ["must be an integer from 1 to 1000000000."]}


def test_parameter_given_twice_is_422(token: str) -> None:
    answer = Client().get("/api/orders?page=1&page=1", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert answer.json()["error"] == {"page": ["must not be given more than once."]}
    asked = "/api/orders?page=1&page=0&state=x&fields=state&cursor=1-1"
    answer = Client().get(asked, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["error"] == {
        "page": [
            "must not be given more than once.",
            "must not be given together with cursor.",
            "must be an integer from 1 to 1000000000.",
        ],
        "cursor": ["must not be given together with page."],
        "state": ["is not a known state."],
        "fields": ["is not a parameter of this URL."],
    }


def test_every_bad_parameter_is_named_at_once(token: str) -> None:
    answer = list_orders(token, page=0, per_page=0, state="x")
    assert answer.json()["error"].keys() == {"page", "per_page", "state"}


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_three_queries_however_long_it_is(
    token: str, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    place(token, number)
    with django_assert_num_queries(3):
        answer = list_orders(token, product="s", state="pending")
    assert len(hashes(answer)) == number


def test_token_without_the_scope_to_read_lists_nothing() -> None:
    assert list_orders(make_token(make_application(), "orders:write")).status_code == 403
