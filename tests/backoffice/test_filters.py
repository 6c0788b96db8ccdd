"""Filters show the right orders."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from portal.backoffice.queue.filters import GROUPS, Filter, parse
from portal.backoffice.queue.keyset_paging import page_of
from shop.access.applications import create_application
from shop.content.models import Version
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import PLACED_STATES, Basket, Order
from shop.orders.placing import Caller
from shop.orders.search_index import reindex
from shop.tenancy.models import User
from tests.factories import (
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
)
from tests.pages import visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

# Those that take a worker come first: it would take up the others, too.
SITUATIONS = (
    "packed", "has_packing_errors", "need_human", "cancelled", "packing", "pending", "details",
)  # fmt: skip


def wanted(query: str = "", user: User | None = None) -> Filter:
    return parse(QueryDict(query), user or make_staff("agent"))


def shown(query: str = "", user: User | None = None) -> set[int]:
    """The numbers of the orders on the page; they are those that the filter holds as a whole."""
    asked = wanted(query, user)
    numbers = {order.pk for order in page_of(asked).orders}
    assert numbers == set(asked.orders().values_list("pk", flat=True))
    return numbers


def change(order: Order, **changes: Any) -> None:
    Order.objects.filter(pk=order.pk).update(**changes)


def ago(**span: float) -> Any:
    return timezone.now() - timedelta(**span)


def test_each_group_shows_its_own() -> None:
    orders = {situation: order_in(situation).pk for situation in SITUATIONS}
    found = {group: shown(f"show={group}") for group in GROUPS}
    assert found == {
        "person": {orders["need_human"], orders["has_packing_errors"]},
        "unanswered": set(),
        "unreachable": set(),
        "all": set(orders.values()),
        **{situation: {orders[situation]} for situation in SITUATIONS},
    }


def test_each_placed_state_has_a_group_of_its_own() -> None:
    alone = [slices[0].state for _label, slices in GROUPS.values() if len(slices) == 1]
    assert set(alone) - {None} == set(PLACED_STATES)


def test_open_order_is_in_no_list() -> None:
    Order.objects.create(state="new")
    assert shown("show=all") == set()


def test_order_that_stands_still_needs_a_person() -> None:
    packing, pending, late_details = (order_in(each) for each in ("packing", "pending", "details"))
    assert shown() == set()
    for order in (packing, pending, late_details):
        change(order, updated_at=ago(minutes=16))
    assert shown() == {packing.pk, pending.pk}
    assert shown("show=unanswered") == set()
    change(late_details, updated_at=ago(days=7))
    assert shown("show=unanswered") == {late_details.pk}
    text = words(visitor(make_staff("agent")).get("/staff/?show=all"))
    assert text.count("for a long time") == 3


def test_tier_narrows_the_list() -> None:
    make_order("s")
    order = make_order("m")
    assert shown("show=pending&tier=m") == {order.pk}
    assert shown("show=pending&tier=no-such") == set()


def test_taken_by_me_and_by_nobody() -> None:
    person, other = make_staff("agent"), make_staff("agent")
    mine, theirs, free = (order_in("need_human") for _ in range(3))
    change(mine, taken_by=person)
    change(theirs, taken_by=other)
    assert shown("taken=me", person) == {mine.pk}
    assert shown("taken=nobody", person) == {free.pk}


def test_age_counts_from_the_last_change() -> None:
    order, _young = order_in("need_human"), order_in("need_human")
    change(order, updated_at=ago(hours=25))
    assert shown("age=hour") == shown("age=day") == {order.pk}
    assert shown("age=week") == set()


@pytest.mark.usefixtures("stopped_clock")
def test_follow_up_is_due_from_its_day_on_in_whatever_state() -> None:
    today, tomorrow, packed = (order_in(each) for each in ("need_human", "need_human", "packed"))
    day = timezone.localdate()
    change(today, follow_up_on=day)
    change(packed, follow_up_on=day - timedelta(days=3))
    change(tomorrow, follow_up_on=day + timedelta(days=1))
    assert shown("due=1") == {today.pk, packed.pk}
    assert shown("due=1&show=packed") == {packed.pk}


def test_channel_tells_page_api_and_open_order_apart() -> None:
    page, opened = make_order(), make_order()
    api = make_order(caller=Caller(application=create_application("Partner")[0]))
    terms = Version.objects.filter(page="terms").first()
    Basket.objects.create(order=page, terms=terms, agreed_at=timezone.now())
    Basket.objects.create(order=opened)
    assert shown("show=pending&channel=page") == {page.pk}
    assert shown("show=pending&channel=open") == {opened.pk}
    assert shown("show=pending&channel=api") == {api.pk}


def test_orders_whose_mail_or_webhook_was_given_up() -> None:
    mail, webhook, _fine = make_packed_order(), make_order(), make_order()
    Message.objects.filter(order=mail).update(state="failed")
    Delivery.objects.create(
        order=webhook, event=webhook.events.get(), payload="", receiver="x:443", state="failed"
    )
    assert shown("failing=mail") == {mail.pk}
    assert shown("failing=webhook") == {webhook.pk}
    assert shown("failing=webhook&show=packed") == set()


def test_filters_add_up() -> None:
    person = make_staff("agent")
    order, *others = (order_in("need_human") for _ in range(4))
    change(order, taken_by=person, updated_at=ago(days=2))
    change(others[0], taken_by=person)
    change(others[1], updated_at=ago(days=2))
    assert shown("taken=me&age=day&tier=xl&channel=api&show=need_human", person) == {order.pk}


@pytest.mark.parametrize(
    "text",
    [
        "{hash}",
        " {hash}\n",
        "https://shop.example/register/{hash}/?lang=de",
        "Bestellung {hash}, bitte",
        "{HASH}",
        "{number}",
        "#{number}",
        "ida.kranich@example.com",
        "IDA.Kran",
        "ida99",
        "Österreichfilm",
        "österreichf",
        "drei  TAGE im",
    ],
)
def test_search_finds_an_order_of_any_state_by(text: str) -> None:
    make_packed_order()
    order = make_packed_order(
        client_name="Österreichfilm GmbH",
        project_name="Drei Tage im Mai",
        user_email="Ida.Kranich@example.com",
        user_login="Ida99",
    )
    names = {
        "hash": order.order_hash,
        "HASH": order.order_hash.upper(),
        "number": order.order_number,
    }
    assert {each.pk for each in page_of(Filter(make_user(), q=text.format(**names))).orders} == {
        order.pk
    }


def test_search_finds_orders_for_a_client_and_a_project_that_were_there_before() -> None:
    project = make_project(name="Zweite Staffel")
    client = project.client
    change(waiting := make_bare_order(), client_id=client.pk)
    change(done := make_packed_order(), delivered_client=client, delivered_project=project)
    reindex(Order.objects.all())
    assert shown("q=beispielf") == {waiting.pk, done.pk}
    assert shown(f"q={client.pk}") >= {waiting.pk, done.pk}
    assert shown("q=zweite s") == {done.pk}


@pytest.mark.parametrize("text", ["0" * 32, "nobody@", "%", "_", "\x00", "9" * 30])
def test_search_for_nothing_that_is_there(text: str) -> None:
    make_order()
    assert page_of(Filter(make_user(), q=text)).orders == []


def test_search_and_filters_add_up() -> None:
    person = make_staff("agent")
    waits, done = order_in("need_human"), make_packed_order()
    change(waits, taken_by=person)
    both = {waits.pk, done.pk}
    assert shown("q=constantin") == both
    assert shown("q=constantin&show=packed") == {done.pk}
    assert shown("q=constantin&taken=me", person) == {waits.pk}
    assert shown("q=constantin&tier=xl") == {waits.pk}
    assert shown("q=constantin&tier=m") == set()
    assert shown("q=constantin&channel=api") == both
    assert shown("q=constantin&failing=mail") == set()


def test_search_says_when_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.orders.search.MOST", 2)
    for _ in range(3):
        make_order()
    browser = visitor(make_staff("agent"))
    page = browser.get("/staff/?q=constantin")
    assert page.content.count(b'href="/staff/orders/') == 2
    assert "Please type more." in words(page)
    assert "Please type more." not in words(browser.get(f"/staff/?q={Order.objects.all()[0].pk}"))


def test_filter_is_saved_as_the_address() -> None:
    query = (
        "view=3&q=film&show=packed&fault=x&step=client&tier=s&application=7&client=9"
        "&from=2026-01-02&to=2026-02-03&taken=me&age=day&due=1&invoice=overdue&channel=api"
        "&failing=mail&sort=newest&columns=person%2Cage"
    )
    assert wanted(query).as_query() == query
    assert wanted(query).as_query(q="", tier="") == query.replace("q=film&", "").replace(
        "tier=s&", ""
    )
    assert wanted("").as_query() == ""


@pytest.mark.parametrize(
    "query",
    [
        *("show=x", "taken=you", "age=%00", "sort=pk", "due=2", "channel=", "failing=all", "x=1"),
        *("application=x", "client=-1", "from=2026-02-30", "to=0001-01-01", "to=9999-12-31"),
        *("invoice=paid", "columns=hash,password", "view=x"),
    ],
)
def test_what_a_filter_does_not_know_is_left_out(query: str) -> None:
    assert wanted(query).as_query() == ""
