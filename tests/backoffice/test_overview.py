"""The overview's numbers, from rows."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.backoffice.queue.filters import parse
from portal.backoffice.reports import statistics
from portal.backoffice.reports.charts import Bar, stacked
from portal.backoffice.reports.open_problems import StuckOrders, stuck_orders, unsent
from portal.backoffice.reports.overview import COLUMNS, _by_week
from portal.backoffice.reports.statistics import LastWeeks, Times, group_of
from portal.backoffice.templatetags.backoffice import duration
from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import PLACED_STATES, Order, OrderEvent, State
from shop.packing.models import Packing
from tests.factories import make_invoice, make_order, make_staff, make_user
from tests.pages import html, shown, visitor, words

# The day of the rows and that of the page are one, also at midnight.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

DAY = timedelta(days=1)


def placed(product: str = "s", *, ago: timedelta = timedelta(), **changes: Any) -> Order:
    """An order that was placed at noon, so many days ago."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    order = make_order(product)
    Order.objects.filter(pk=order.pk).update(created_at=noon - ago, **changes)
    order.refresh_from_db()
    return order


def packed(after: int, **more: Any) -> Order:
    """One that took so many seconds."""
    order = placed(**more, state="packed")
    event = OrderEvent.objects.create(order=order, previous="packing", state="packed")
    ended = order.created_at + timedelta(seconds=after)
    OrderEvent.objects.filter(pk=event.pk).update(at=ended)
    # What is done to it later does not count.
    OrderEvent.objects.create(order=order, kind="note", state="")
    return order


def test_orders_are_counted_by_day_group_and_tier() -> None:
    today = timezone.localdate()
    placed("s")
    placed("s", complete=False)
    placed("s", state="packed")
    placed("m", state="packed", ago=27 * DAY)
    placed("m", ago=28 * DAY)
    placed("m", ago=56 * DAY)
    Order.objects.create(state="new")
    weeks = LastWeeks()
    assert weeks.placed == {
        (today, "pending", "s"): 1,
        (today, "details", "s"): 1,
        (today, "packed", "s"): 1,
        (today - 27 * DAY, "packed", "m"): 1,
        (today - 28 * DAY, "pending", "m"): 1,
    }
    assert (weeks.number(weeks.days), weeks.number(weeks.before)) == (4, 1)
    assert weeks.number([today]) == 3
    assert weeks.number(weeks.days, "packed") == 2
    assert weeks.number(weeks.days, tier="m") == 1


def test_each_day_is_compared_with_the_same_day_of_the_week() -> None:
    weeks = LastWeeks()
    assert len(weeks.days) == len(weeks.before) == 28
    pairs = zip(weeks.before, weeks.days, strict=True)
    assert {now - before for before, now in pairs} == {28 * DAY}
    assert weeks.weeks()[0] == weeks.days[-7:]


def test_day_begins_at_midnight_in_the_zone_of_the_shop() -> None:
    today = timezone.localdate()
    midnight = timezone.make_aware(datetime.combine(today, datetime.min.time()))
    for order, moment in ((placed(), midnight), (placed(), midnight - timedelta(microseconds=1))):
        Order.objects.filter(pk=order.pk).update(created_at=moment)
    weeks = LastWeeks()
    assert (weeks.number([today]), weeks.number([today - DAY])) == (1, 1)


def test_days_are_whole_where_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 1))
    weeks = LastWeeks()
    bounds = dict(zip([*weeks.before, *weeks.days], weeks.bounds, strict=False))
    assert bounds[date(2026, 10, 25)].astimezone(UTC).hour == 22
    assert bounds[date(2026, 10, 26)].astimezone(UTC).hour == 23


def test_time_from_order_to_done_is_told_by_median_and_95_of_100() -> None:
    for seconds in range(1, 21):
        packed(seconds)
    placed()
    packed(7, ago=DAY)
    today = timezone.localdate()
    *_others, yesterday, last = LastWeeks().times
    assert last == Times(today, 20, 10.5, 19)
    assert yesterday == Times(today - DAY, 1, 7, 7)


def test_of_many_orders_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SAMPLE", 5)
    for _ in range(20):
        packed(30)
    assert LastWeeks().times[-1] == Times(timezone.localdate(), 20, 30, 30)


def orders_at(url: str) -> set[Order]:
    """The orders that the queue lists at an address."""
    return set(parse(QueryDict(url.partition("?")[2]), make_staff("viewer")).orders())


def test_stuck_orders_are_counted_by_step_and_reason() -> None:
    for _ in range(2):
        order = placed(state="need_human", fault="tries_used_up")
        Packing.objects.create(order=order, last_step="project")
    placed(state="has_packing_errors", fault="client_gone")
    old = placed(state="need_human", fault="no_place")
    Order.objects.filter(pk=old.pk).update(updated_at=timezone.now() - 61 * DAY)
    placed(state="packed")
    assert stuck_orders() == [
        StuckOrders(
            State.NEED_HUMAN, "project", "tries_used_up", 2,
            "/staff/?show=need_human&fault=tries_used_up&step=project",
        ),
        StuckOrders(
            State.HAS_PACKING_ERRORS, "", "client_gone", 1,
            "/staff/?show=has_packing_errors&fault=client_gone&step=-",
        ),
        StuckOrders(
            State.NEED_HUMAN, "", "no_place", 1,
            "/staff/?show=need_human&fault=no_place&step=-",
        ),
    ]  # fmt: skip


def test_orders_before_the_first_step_are_led_to_without_those_at_a_step() -> None:
    at_step = placed(state="need_human", fault="tries_used_up")
    Packing.objects.create(order=at_step, last_step="project")
    waiting = placed(state="need_human", fault="tries_used_up")
    claimed = placed(state="need_human", fault="tries_used_up")
    Packing.objects.create(order=claimed, last_step="")
    lines = {line.step: line for line in stuck_orders()}
    assert {step: line.number for step, line in lines.items()} == {"": 2, "project": 1}
    assert orders_at(lines["project"].url) == {at_step}
    assert orders_at(lines[""].url) == {waiting, claimed}


def test_what_could_not_be_sent_is_counted_and_led_to() -> None:
    order = make_order()
    Message.objects.filter(order=order).update(state="failed")
    Message.objects.create(kind="password", recipient="x@example.com", state="failed")
    for state in ("failed", "failed", "delivered"):
        event = OrderEvent.objects.create(order=order)
        Delivery.objects.create(
            order=order, event=event, payload="", receiver="partner.example:443", state=state
        )
    mails, webhooks = unsent(make_staff())
    assert (mails.number, mails.which) == ("1", [("order received", 1)])
    assert (webhooks.number, webhooks.which) == ("1", [("partner.example:443", 2)])
    assert (mails.url, webhooks.url) == ("/staff/?failing=mail", "/staff/?failing=webhook")


def overview_with_everything() -> str:
    """The page of a shop with orders in all states, in both spans of time, and invoices."""
    make_invoice(issued_on=timezone.localdate() - 28 * DAY)
    make_invoice(issued_on=timezone.localdate())
    packed(90)
    packed(30, ago=8 * DAY)
    placed("m", complete=False)
    for state in ("packing", "cancelled", "has_packing_errors"):
        placed(state=state, ago=3 * DAY)
    Packing.objects.create(
        order=placed(state="need_human", fault="tries_used_up"), last_step="project"
    )
    placed(ago=28 * DAY)
    Message.objects.filter(order=make_order()).update(state="failed")
    return html(visitor(make_staff()).get("/staff/overview/"))


def test_every_number_leads_to_exactly_its_orders() -> None:
    page = overview_with_everything()
    browser = visitor(make_staff())
    found = re.findall(r'<a href="(/staff/\?[^"]+)">\s*(\d+)\s*</a>', page)
    assert len(found) > 20
    for url, number in found:
        rows = html(browser.get(url.replace("&amp;", "&"))).partition("<tbody")[2]
        assert rows.count("<tr") == int(number), url


def test_every_sum_leads_to_exactly_its_invoices() -> None:
    page = overview_with_everything()
    found = re.findall(r'<a href="(/staff/invoices/\?[^"]+)">\s*([^<]*€[^<]*?)\s*</a>', page)
    assert len(found) >= 3
    browser = visitor(make_staff())
    for url, money in found:
        if not money.startswith("€0") and not money.startswith("0,00"):
            assert money in html(browser.get(url.replace("&amp;", "&"))), url


def test_revenue_is_for_those_who_see_invoices() -> None:
    make_invoice()
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_order"))
    assert "Invoiced net, EUR" in words(visitor(make_staff()).get("/staff/overview/"))
    assert "Invoiced net" not in words(visitor(user).get("/staff/overview/"))


def test_weeks_are_compared_with_the_week_before() -> None:
    for ago in (0, 1, 2, 7, 8):
        placed(ago=ago * DAY)
    newest, second, *_rest = _by_week(LastWeeks(), [])
    assert (newest["placed"].number, newest["change"]) == (3, "+50")
    assert (second["placed"].number, second["change"]) == (2, "")


def test_page_tells_all_numbers_in_tables_and_pictures_with_names() -> None:
    packed(90)
    placed(state="need_human", fault="manual_tier")
    page = visitor(make_staff("agent")).get("/staff/overview/")
    text = words(page)
    today = shown(timezone.localdate(), "SHORT_DATE_FORMAT")
    assert f"{today} 1 0 0 0 0 1 0 2 0" in text
    assert f"{today} 1 1 min 30 s 1 min 30 s" in text
    assert "needs review – This tier is set up after a person has approved the order. 1" in text
    source = html(page)
    assert source.count('role="img"') == source.count("<title id=") == 2 + Product.objects.count()
    names = re.findall(r'id="([^"]+)"', source)
    assert len(names) == len(set(names))
    assert 'id="tier-xl-title"' in source
    assert "style=" not in source


def test_empty_shop_has_an_overview() -> None:
    text = words(visitor(make_staff("agent")).get("/staff/overview/"))
    assert "Nothing got stuck." in text
    assert "Everything was sent." in text


def test_overview_takes_as_many_queries_for_three_orders_as_for_one() -> None:
    browser = visitor(make_staff("agent"))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            packed(30)
            placed(state="need_human")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/staff/overview/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_each_group_of_placed_orders_is_part_of_one_pile() -> None:
    groups = {group_of(state, complete) for state in PLACED_STATES for complete in (True, False)}
    assert sorted(COLUMNS) == sorted(groups)


def test_marks_are_lines_at_their_value() -> None:
    chart = stacked([[1], [1]], ["a"], height=30, marks=[3, 0])
    assert chart.top == 3
    assert chart.marks == [Bar(0, 0, 300, 0, "")]


def test_bars_are_piled_up_from_the_ground() -> None:
    chart = stacked([[1, 2], [0, 0]], ["a", "b"], height=30)
    assert chart.top == 3
    assert chart.bars == [Bar(30, 20, 240, 10, "a"), Bar(30, 0, 240, 20, "b")]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 s"),
        (59.4, "59 s"),
        (200, "3 min 20 s"),
        (7200, "2 h"),
        (90_061, "1 d 1 h"),
    ],
)
def test_duration_is_told_in_its_two_largest_units(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text
