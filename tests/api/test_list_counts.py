"""The totals of the list, and its last page: found without walking through all orders."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.access.models import Application
from shop.content.models import Version
from shop.orders.cursors import write_cursor
from shop.orders.models import Basket, Order, State
from shop.orders.placing import Caller
from tests.api.calls import list_orders
from tests.api.test_user_tokens import held
from tests.backoffice.plans import statements
from tests.factories import make_application, make_order, make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def used() -> tuple[Application, str]:
    """An application and its token, whose last use is noted: that is done once an hour."""
    application = make_application()
    token = make_token(application)
    assert list_orders(token)["Total"] == "0"
    return application, token


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [order["order_hash"] for order in answer.json()["data"]["array"]]


@pytest.mark.parametrize("total", [0, 1, 5, 6])
@pytest.mark.parametrize("per_page", [1, 2, 3, 100])
def test_every_page_is_cut_alike_from_both_ends(total: int, per_page: int) -> None:
    application = make_application()
    token = make_token(application)
    for _each in range(total):
        make_order(caller=Caller(application))
    Order.objects.filter(pk__in=Order.objects.order_by("pk")[:3]).update(
        created_at="2026-01-01T00:00Z"  # told apart by their numbers alone
    )
    newest_first = [order.order_hash for order in Order.objects.order_by("-created_at", "-pk")]
    for page in range(1, total + 3):
        answer = list_orders(token, page=page, per_page=per_page)
        begin = (page - 1) * per_page
        assert numbers(answer) == newest_first[begin : begin + per_page]
        assert ('rel="next"' in answer["Link"]) == (begin + per_page < total)
        assert answer["Total"] == str(total)


def test_last_page_is_read_from_the_end(used: tuple[Application, str]) -> None:
    application, token = used
    for _each in range(9):
        make_order(caller=Caller(application))
    with statements() as asked:
        answer = list_orders(token, page=5, per_page=2)
    assert numbers(answer) == [Order.objects.order_by("pk")[0].order_hash]
    page, parameters = asked[-1]
    assert re.search('ORDER BY "orders_order"."created_at" ASC, "orders_order"."id" ASC', page)
    assert page.endswith("LIMIT %s OFFSET %s")
    assert list(parameters)[-2:] == [1, 0]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"cursor": "middle"},
        {"page": 3},
        {"state": "pending"},
        {"product": "s"},
        {"product": "s", "state": "pending"},
        {"created_after": "2026-01-01"},
        {"updated_after": "2026-01-01", "state": "pending"},
    ],
)
def test_list_takes_three_queries_and_counts_only_what_time_filters(
    query: dict[str, Any], used: tuple[Application, str]
) -> None:
    application, token = used
    orders = [make_order(caller=Caller(application)) for _each in range(6)]
    if "cursor" in query:
        query = {"cursor": write_cursor((orders[3].created_at, orders[3].pk))}
    with CaptureQueriesContext(connection) as queries:
        answer = list_orders(token, per_page=2, **query)
    assert (answer["Total"], len(numbers(answer))) == ("6", 2)
    _bearer, total, _page = (each["sql"] for each in queries.captured_queries)
    timed = {"created_after", "updated_after"} & query.keys()
    assert ('FROM "orders_order"' in total) == bool(timed)
    assert ('FROM "orders_ordercount"' in total) == (not timed)


def test_list_of_nothing_takes_no_query_for_its_page(used: tuple[Application, str]) -> None:
    _application, token = used
    make_order(caller=Caller(make_application("Bystander")))
    with CaptureQueriesContext(connection) as queries:
        assert list_orders(token, state="packed")["Total"] == "0"
    assert len(queries) == 2


def test_totals_count_by_state_and_tier_what_the_token_sees() -> None:
    mine, person = make_application(), make_user()
    make_order("s", Caller(make_application("Bystander"), make_user()))
    for tier, caller in (
        ("s", Caller(mine)),
        ("m", Caller(mine)),
        ("m", Caller(mine, person)),
        ("m", Caller(user=person)),
    ):
        make_order(tier, caller)
    Order.objects.filter(application=None).update(state=State.PACKED)
    queries: list[dict[str, Any]] = [
        {},
        {"state": "packed"},
        {"product": "m"},
        {"product": "m", "state": "pending"},
    ]
    of_application = [list_orders(make_token(mine), **query)["Total"] for query in queries]
    of_person = [list_orders(make_token(person), **query)["Total"] for query in queries]
    assert of_application == ["3", "0", "2", "2"]
    assert of_person == ["2", "1", "2", "1"]


def test_total_for_an_application_of_a_user_leaves_out_what_they_ordered_on_our_pages() -> None:
    application, person = make_application(), make_user()
    make_order(caller=Caller(application, person))
    on_page = make_order(caller=Caller(user=person))
    terms = Version.objects.filter(page="terms").latest("number")
    Basket.objects.create(order=on_page, terms=terms, agreed_at=on_page.created_at)
    assert list_orders(make_token(person))["Total"] == "2"
    assert list_orders(held(application, person, "theirs"))["Total"] == "1"
