"""The list by the time of the last change, whose last page leads on to what changes later."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.models import Subscription
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from shop.orders.states import transition
from tests.api.calls import get, list_orders
from tests.factories import make_application, make_order, make_packed_order, make_token, make_user

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Follower:
    """A program that follows the list of changes from its beginning."""

    def __init__(self, **query: Any) -> None:
        self.application = make_application()
        self.headers = {"Authorization": f"Bearer {make_token(self.application)}"}
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        self.next = f"/api/orders?sort=updated&{parameters}"

    def page(self) -> list[str]:
        """The hashes on the next page."""
        answer: Any = Client().get(self.next, headers=self.headers)
        assert answer.status_code == 200, answer.content
        found = re.search(r'<([^>]*)>; rel="next"', answer["Link"])
        assert found, answer["Link"]
        self.next = found[1]
        return [order["order_hash"] for order in answer.json()["data"]["array"]]

    def place(self, number: int) -> list[Order]:
        """Orders of the program's, beside one of another's."""
        make_order(caller=Caller(make_application("Bystander")))
        return [make_order(caller=Caller(self.application)) for _each in range(number)]


def hashes(*orders: Order) -> list[str]:
    return [order.order_hash for order in orders]


def test_list_by_change_begins_with_what_has_been_the_same_for_longest() -> None:
    follower = Follower()
    first, second, third = follower.place(3)
    assert transition(first, State.CANCELLED)
    assert follower.page() == hashes(second, third, first)


def test_last_page_leads_on_to_later_changes_and_to_nothing_until_then() -> None:
    follower = Follower(per_page=2)
    first, second, third = follower.place(3)
    assert follower.page() == hashes(first, second)
    assert transition(first, State.CANCELLED)
    assert follower.page() == hashes(third, first)
    at_end = follower.next
    assert follower.page() == []
    assert follower.next == at_end
    (fourth,) = follower.place(1)
    assert follower.page() == hashes(fourth)


def test_empty_list_leads_on_to_the_first_order() -> None:
    follower = Follower()
    assert follower.page() == []
    placed = follower.place(2)
    assert follower.page() == hashes(*placed)


def test_orders_that_changed_at_one_moment_are_met_once_each() -> None:
    follower = Follower(per_page=2)
    placed = follower.place(5)
    Order.objects.update(updated_at=LONG_AGO)
    met = [order_hash for _page in range(4) for order_hash in follower.page()]
    assert met == hashes(*placed)


def test_filters_hold_for_changes_too() -> None:
    follower = Follower(state="packed,cancelled", product="s")
    first, second, third = follower.place(3)
    assert transition(second, State.CANCELLED)
    assert follower.page() == hashes(second)
    Order.objects.filter(pk=third.pk).update(state=State.PACKED)
    Order.objects.filter(pk=first.pk).update(
        state=State.PACKED, updated_at=third.updated_at + timedelta(seconds=-1)
    )
    assert follower.page() == []
    assert transition(follower.place(1)[0], State.CANCELLED)
    assert len(follower.page()) == 1


def test_changes_of_new_orders_are_read_from_the_time_of_placing_on() -> None:
    follower = Follower(created_after="2026-01-02")
    old, new = follower.place(2)
    Order.objects.filter(pk=old.pk).update(created_at=LONG_AGO)
    with CaptureQueriesContext(connection) as asked:
        assert follower.page() == hashes(new)
    (rows,) = [
        each["sql"] for each in asked if "ORDER BY" in each["sql"] and "LIMIT" in each["sql"]
    ]
    # PostgreSQL gets the time apart from the statement.
    assert re.findall(r'"updated_at" > \(?(?:\$|.2026-01-01 23:00:00)', rows)


def test_changes_are_listed_by_pages_with_their_total() -> None:
    follower = Follower()
    placed = follower.place(5)
    token = follower.headers["Authorization"].partition(" ")[2]
    for page in (1, 2, 3, 4):
        answer = list_orders(token, sort="updated", page=page, per_page=2)
        listed = [order["order_hash"] for order in answer.json()["data"]["array"]]
        assert (listed, answer["Total"]) == (hashes(*placed[2 * page - 2 : 2 * page]), "5")
        assert ('rel="next"' in answer["Link"]) == (page < 4)
    assert "sort=updated" in answer["Link"]


def test_cursor_of_the_other_sort_is_refused() -> None:
    follower = Follower(per_page=1)
    follower.place(2)
    token = follower.headers["Authorization"].partition(" ")[2]
    follower.page()
    (of_changes,) = re.findall(r"cursor=(u[0-9]+-[0-9]+)", follower.next)
    newest_first = list_orders(token, per_page=1)["Link"]
    (of_placing,) = re.findall(r"cursor=([0-9]+-[0-9]+)", newest_first)
    assert list_orders(token, sort="updated", cursor=of_changes).status_code == 200
    assert list_orders(token, cursor=of_placing).status_code == 200
    for query in ({"cursor": of_changes}, {"sort": "updated", "cursor": of_placing}):
        answer = list_orders(token, **query)
        assert answer.status_code == 422
        assert answer.json()["error"] == {"cursor": ["is not a cursor of this list."]}


@pytest.fixture
def contract() -> Iterator[tuple[str, Subscription]]:
    """A contract, and the token of the application that placed its order."""
    order = make_packed_order()
    application = make_application()
    Order.objects.filter(pk=order.pk).update(application=application, updated_at=LONG_AGO)
    make_packed_order(user_email="bystander@example.com")
    yield make_token(application), Subscription.objects.get(order=order)
    assert Subscription.objects.exclude(order=order).get().cancelled_at is None


def test_change_of_a_contract_is_a_change_of_its_order(
    contract: tuple[str, Subscription],
) -> None:
    token, subscription = contract
    staff = make_user(is_staff=True)
    order_hash = subscription.order.order_hash
    seen = [get(token, order_hash).json()["data"]["order"]]
    assert cancel_contract(subscription, by=staff)
    seen.append(get(token, order_hash).json()["data"]["order"])
    assert take_back(subscription, staff)
    seen.append(get(token, order_hash).json()["data"]["order"])
    assert [each["subscription"]["state"] for each in seen] == ["active", "cancelled", "active"]
    assert sorted({each["updated_at"] for each in seen}) == [each["updated_at"] for each in seen]
    assert Order.objects.exclude(order_hash=order_hash).get().updated_at > LONG_AGO
