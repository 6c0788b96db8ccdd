"""News for a page of the queue about its list, while somebody reads it."""

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.backoffice.queue import live_rows
from portal.backoffice.queue.queue_counts import count_waiting
from shop.orders.assignment import assign
from shop.orders.cursors import EPOCH, MICROSECOND
from shop.orders.models import Order
from tests.factories import make_order, make_staff
from tests.pages import Response, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def shown_by(page: Response) -> dict[str, str]:
    """The parameters that a page sends to ask for changes."""
    source = html(page)
    rows = re.findall(r'id="order-(\d+)" data-version="([0-9a-f]+)"', source)
    since = re.search(r'data-since="(\d+)"', source)
    return {
        "shown": ",".join(f"{pk}-{version}" for pk, version in rows),
        "since": since[1] if since else "",
    }


def ask(browser: Client, shown: dict[str, str], query: str = "") -> Response:
    asked = urlencode({"seen": count_waiting().version, **shown})
    return browser.get(f"/staff/counts/?{query}&{asked}")


def rows_in(answer: Response) -> set[int]:
    return {int(pk) for pk in re.findall(r'id="order-(\d+)"', html(answer))}


def test_nothing_is_sent_while_nothing_changes() -> None:
    order_in("need_human")
    browser = visitor(make_staff("agent"))
    shown = shown_by(browser.get("/staff/"))
    assert shown["shown"]
    assert ask(browser, shown).status_code == 204


def test_row_that_has_changed_is_sent_anew_and_no_other() -> None:
    order, bystander = order_in("need_human"), order_in("need_human")
    staff = make_staff("agent", first_name="Ada")
    browser = visitor(staff)
    shown = shown_by(browser.get("/staff/"))
    assert str(bystander.pk) in shown["shown"]
    assign(order, staff, actor=staff)
    answer = ask(browser, shown)
    assert rows_in(answer) == {order.pk}
    assert 'hx-swap-oob="true"' in html(answer)
    assert "1 order of this list has changed." in words(answer)
    assert "Ada" in words(answer)


def test_order_that_has_left_the_list_is_told_of_and_stays_on_the_page() -> None:
    order = order_in("need_human")
    browser = visitor(make_staff("agent"))
    shown = shown_by(browser.get("/staff/"))
    Order.objects.filter(pk=order.pk).update(state="cancelled", updated_at=timezone.now())
    assert rows_in(ask(browser, shown)) == {order.pk}


def test_orders_that_came_in_are_counted_once_told() -> None:
    order_in("need_human")
    make_order()  # of another group
    browser = visitor(make_staff("agent"))
    shown = shown_by(browser.get("/staff/?show=need_human"))
    for _each in range(2):
        order_in("need_human")
    answer = ask(browser, shown, "show=need_human")
    assert "2 more orders have come in. Show" in words(answer)
    assert rows_in(answer) == set()
    assert ask(browser, {**shown, "told": "2"}, "show=need_human").status_code == 204
    assert ask(browser, {**shown, "told": "2"}, "show=has_packing_errors").status_code == 200


def test_search_and_further_pages_tell_of_their_rows_alone() -> None:
    browser = visitor(make_staff("agent"))
    order_in("need_human")
    shown = shown_by(browser.get("/staff/?q=constantin"))
    make_order()
    assert ask(browser, shown, "q=constantin").status_code == 204
    moment = (timezone.now() - EPOCH) // MICROSECOND
    page = browser.get(f"/staff/?show=need_human&before={moment}-1")
    assert shown_by(page)["since"] == ""


def test_nobody_counts_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_rows, "MOST", 2)
    browser = visitor(make_staff("agent"))
    shown = shown_by(browser.get("/staff/?show=pending"))
    for _each in range(4):
        make_order()
    assert "3 more orders have come in." in words(ask(browser, shown, "show=pending"))


@pytest.mark.parametrize(
    "shown", ["", "x", "-", "1", "1-", f"{'9' * 30}-0", "1-abc," * 80, "\0-1", "²-1"]
)
def test_whatever_a_page_sends_is_answered(shown: str) -> None:
    browser = visitor(make_staff("agent"))
    for since in ("", "x", "9" * 40, "²"):
        answer = ask(browser, {"shown": shown, "since": since})
        assert answer.status_code in {200, 204}


def test_look_takes_as_many_queries_however_many_rows_there_are() -> None:
    browser = visitor(make_staff("agent"))
    counts = []
    for more in (1, 3):
        for _each in range(more):
            order_in("need_human")
        shown = shown_by(browser.get("/staff/"))
        Order.objects.update(follow_up_on=timezone.localdate())
        with CaptureQueriesContext(connection) as queries:
            assert ask(browser, {**shown, "seen": ""}).status_code == 200
        counts.append(len(queries))
        Order.objects.update(follow_up_on=None)
    # Counts twice (once by the test), who, views, rows, what came in.
    assert counts == [8, 8]
