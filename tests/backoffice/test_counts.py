"""The numbers on the queue's pills, and how they stay what they are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.backoffice.queue import queue_counts
from portal.backoffice.queue.queue_counts import count_waiting
from shop.orders.models import Order
from tests.factories import make_order, make_staff
from tests.pages import html, part, visitor
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def test_numbers_count_each_group() -> None:
    for hours, situation in enumerate(("need_human", "need_human", "has_packing_errors")):
        changed = timezone.now() - timedelta(hours=20 * hours)
        Order.objects.filter(pk=order_in(situation).pk).update(updated_at=changed)
    for situation in ("packing", "pending", "details"):
        order_in(situation)
    late = timezone.now() - timedelta(days=8)
    Order.objects.filter(state="pending").update(updated_at=late)
    assert count_waiting().numbers == {
        "person": 4,
        "need_human": 2,
        "has_packing_errors": 1,
        "unreachable": 0,
        "unanswered": 1,
        "details": 1,
        "pending": 1,
        "packing": 1,
    }


def test_nobody_counts_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_counts, "MOST", 2)
    for _ in range(4):
        make_order()
    assert count_waiting().shown()["pending"] == "2+"
    assert count_waiting().numbers["pending"] == 3


def test_pills_show_the_numbers() -> None:
    order_in("need_human")
    page = visitor(make_staff("agent")).get("/staff/")
    assert part(page, '<span id="count-person"', "</span>").endswith("1")
    assert part(page, '<span id="count-unreachable"', "</span>").endswith("0")
    assert 'id="count-packed"' not in html(page)


def test_numbers_come_only_where_they_have_changed() -> None:
    browser = visitor(make_staff("agent"))
    seen = count_waiting().version
    assert browser.get(f"/staff/counts/?seen={seen}").status_code == 204
    order_in("need_human")
    answer = browser.get(f"/staff/counts/?seen={seen}")
    assert part(answer, '<span id="count-person"', "</span>").endswith("1")
    assert "1 order now needs attention." in html(answer)
    assert f'"seen": "{count_waiting().version}"' in html(answer)


def test_numbers_take_one_query_however_many_orders_there_are() -> None:
    counts = []
    seen = {count_waiting().version}
    for more in (1, 2):
        for _ in range(more):
            order_in("need_human")
        with CaptureQueriesContext(connection) as queries:
            seen.add(count_waiting().version)
        counts.append(len(queries))
    assert counts == [1, 1]
    assert len(seen) == 3
