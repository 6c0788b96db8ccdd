"""Following `rel="next"` through the list of orders while the list changes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.access.models import Application
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from tests.api.calls import list_orders
from tests.backoffice.plans import full_scans, statements
from tests.benchmarks.forged_orders import forge
from tests.factories import make_application, make_order, make_token, make_user

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 28, 12, tzinfo=UTC)


def place(number: int, application: Application) -> list[int]:
    """The numbers of `number` orders of `application`, oldest first."""
    caller = Caller(application=application)
    return [make_order(caller=caller).pk for _each in range(number)]


def change(pks: list[int], state: State) -> None:
    """As if the worker had got on meanwhile."""
    Order.objects.filter(pk__in=pks).update(state=state)


def pks_of(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    hashes = [order["order_hash"] for order in answer.json()["data"]["array"]]
    by_hash = dict(Order.objects.values_list("order_hash", "pk"))
    return [by_hash[order_hash] for order_hash in hashes]


def next_of(answer: Any) -> str | None:
    found = re.search(r'<([^>]*)>; rel="next"', answer["Link"])
    return found[1] if found else None


def walk(token: str, between: Callable[[int], object], **query: object) -> list[int]:
    """The orders that are met while following `next`; `between` is called after each page."""
    answer: Any = list_orders(token, **query)
    met = pks_of(answer)
    page = 1
    while address := next_of(answer):
        assert page < 20, "The walk does not end."
        between(page)
        answer = Client().get(address, headers={"Authorization": f"Bearer {token}"})
        met += pks_of(answer)
        page += 1
    return met


def test_walk_meets_each_order_that_matched_all_the_while_once() -> None:
    application = make_application()
    orders = place(9, application)
    others = place(3, make_application("Bystander"))

    def meanwhile(page: int) -> None:
        # Two of the page just met are packed: counted in rows, the next page would begin too late.
        change(orders[-3 * page : -3 * page + 2 or None], State.PACKED)
        place(1, application)
        change(others[:1], State.PACKED)

    met = walk(make_token(application), meanwhile, state="pending", per_page=3)
    assert met == orders[::-1]


def test_walk_over_all_orders_repeats_none_when_new_ones_come() -> None:
    application = make_application()
    orders = place(5, application)
    met = walk(make_token(application), lambda page: place(3, application), per_page=2)
    assert met == orders[::-1]


def test_walk_goes_on_where_the_order_of_its_cursor_no_longer_matches() -> None:
    application = make_application()
    orders = place(4, application)

    def meanwhile(page: int) -> None:
        change(orders[2:], State.CANCELLED)

    met = walk(make_token(application), meanwhile, state="pending", per_page=2)
    assert met == orders[::-1]


def test_walk_keeps_filters_and_size_of_pages_and_counts_exactly() -> None:
    application = make_application()
    orders = place(5, application)
    change(orders[:1], State.PACKED)
    token = make_token(application)
    first = list_orders(token, state="pending", per_page=2, created_after="2026-01-01T00:00:00Z")
    address = next_of(first) or ""
    last = Client().get(address, headers={"Authorization": f"Bearer {token}"})
    assert pks_of(last) == orders[1:3][::-1]
    assert (last["Total"], last["Per-Page"]) == ("4", "2")
    rest = "per_page=2&state=pending&created_after=2026-01-01T00%3A00%3A00Z"
    base = "http://testserver/api/orders?"
    assert re.fullmatch(rf"{re.escape(base)}cursor=[0-9]+-[0-9]+&{re.escape(rest)}", address)
    assert last["Link"] == last["Links"]
    assert last["Link"] == (
        f'<{base}page=1&{rest}>; rel="first", <{base}page=2&{rest}>; rel="last"'
    )


def test_page_leads_into_the_walk() -> None:
    application = make_application()
    orders = place(5, application)
    met = walk(make_token(application), lambda page: None, page=2, per_page=2)
    assert met == orders[:3][::-1]


@pytest.mark.parametrize("page", ["1", "2", "x"])
def test_page_with_a_cursor_is_422_under_both(page: str) -> None:
    answer = list_orders(make_token(make_application()), page=page, cursor="1700000000000000-1")
    assert answer.status_code == 422
    errors = answer.json()["error"]
    assert errors["page"][0] == "must not be given together with cursor."
    assert errors["cursor"] == ["must not be given together with page."]


def test_cursor_of_another_application_shows_nothing_of_it() -> None:
    mine, theirs = make_application(), make_application("Bystander")
    orders = place(1, mine)
    place(2, theirs)
    address = next_of(list_orders(make_token(theirs), per_page=1)) or ""
    answer = Client().get(address, headers={"Authorization": f"Bearer {make_token(mine)}"})
    assert pks_of(answer) == orders


# Between two pages: how many orders come, and which of those there are change their state.
meanwhiles = st.lists(
    st.tuples(st.integers(0, 2), st.sets(st.integers(0, 11), max_size=4)), max_size=6
)


@given(
    # Orders of one moment are told apart as well.
    seconds=st.lists(st.integers(0, 3), min_size=1, max_size=8),
    per_page=st.integers(1, 4),
    meanwhile=meanwhiles,
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_walk_misses_and_repeats_nothing_whatever_happens_meanwhile(
    seconds: list[int], per_page: int, meanwhile: list[tuple[int, set[int]]]
) -> None:
    Order.objects.all().delete()
    application = make_application()
    orders = place(len(seconds), application)
    for pk, second in zip(orders, seconds, strict=True):
        created = MOMENT + timedelta(seconds=second)
        Order.objects.filter(pk=pk).update(created_at=created)
    changed: set[int] = set()

    def between(page: int) -> None:
        if page > len(meanwhile):
            return
        new, turned = meanwhile[page - 1]
        pks = sorted(Order.objects.values_list("pk", flat=True))
        picked = [pk for place_of_it, pk in enumerate(pks) if place_of_it in turned]
        for order in Order.objects.filter(pk__in=picked):
            other = State.PACKED if order.state == State.PENDING else State.PENDING
            change([order.pk], other)
        changed.update(picked)
        place(new, application)

    met = walk(make_token(application), between, state="pending", per_page=per_page)
    assert len(met) == len(set(met))
    steady = set(orders) - changed
    assert steady <= set(met)
    expected = Order.objects.filter(pk__in=met).order_by("-created_at", "-pk")
    assert met == list(expected.values_list("pk", flat=True))


def test_page_by_cursor_reads_from_its_position_on() -> None:
    for _done in forge(3000):
        pass
    application, person = make_application(), make_user()
    Order.objects.filter(pk__in=Order.objects.order_by("pk")[:1000]).update(
        application=application, placed_by=None
    )
    Order.objects.filter(pk__in=Order.objects.order_by("-pk")[:200]).update(placed_by=person)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    middle = (datetime.now(UTC) - timedelta(days=300)).timestamp()
    with statements() as asked:
        for holder in (application, person):
            for query in ({}, {"state": "packed"}, {"product": "s", "state": "packed"}):
                token = make_token(holder)
                answer = list_orders(token, cursor=f"{int(middle * 1e6)}-1", per_page=5, **query)
                assert answer.status_code == 200
    pages = [each for each in asked if "LIMIT" in each[0] and "created_at" in each[0]]
    assert len(pages) == 6
    assert full_scans(pages) == []
