"""The bar that offers to undo: what it sets back, and when it does not."""

import time
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from portal.backoffice.undo import UNDOABLE_FOR
from shop.orders.assignment import assign, set_follow_up
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_order, make_staff
from tests.pages import Response, fields, html, visitor, words

pytestmark = pytest.mark.django_db


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def act(browser: Client, order: Order, what: str, /, **form: Any) -> Response:
    return browser.post(f"/staff/orders/{order.pk}/{what}/", form, follow=True)


def undo(browser: Client, page: Response) -> Response:
    """Press the button of the bar that `page` shows."""
    form = html(page).partition('action="/staff/undo/"')[2].partition("</form>")[0]
    return browser.post("/staff/undo/", offered(form), follow=True)


def offered(form: str) -> dict[str, str]:
    return {
        name: unescape(form.partition(f'name="{name}" value="')[2].partition('"')[0])
        for name in ("undo", "next")
    }


def test_taken_order_is_given_back_to_whom_it_was_taken_from() -> None:
    order, before, staff = make_order(), make_staff("agent"), make_staff("agent")
    assign(order, before, actor=before)
    browser = visitor(staff)
    page = act(browser, order, "take", taken_by=before.pk)
    assert "The order is assigned to you. Undo" in words(page)
    page = undo(browser, page)
    assert page.request["PATH_INFO"] == f"/staff/orders/{order.pk}/"
    assert "Undone." in words(page)
    assert fresh(order).taken_by == before
    history = order.events.filter(kind="taken").values_list("actor", "details")
    assert list(history) == [
        (before.pk, {}),
        (staff.pk, {}),
        (staff.pk, {"assignee": before.email}),
    ]


def test_order_that_nobody_had_is_nobodys_again() -> None:
    order, browser = make_order(), visitor(make_staff("agent"))
    undo(browser, act(browser, order, "take", taken_by=""))
    assert fresh(order).taken_by is None
    assert list(order.events.filter(actor__isnull=False).values_list("kind", flat=True)) == [
        "taken",
        "handed_back",
    ]


def test_unassigning_is_undone() -> None:
    order, staff = make_order(), make_staff("agent")
    assign(order, staff, actor=staff)
    browser = visitor(staff)
    undo(browser, act(browser, order, "hand-back"))
    assert fresh(order).taken_by == staff


def test_follow_up_is_set_back() -> None:
    order, staff = make_order(), make_staff("agent")
    set_follow_up(order, staff, date(2030, 1, 2))
    browser = visitor(staff)
    page = act(browser, order, "follow-up", on="2031-03-04")
    assert fresh(order).follow_up_on == date(2031, 3, 4)
    undo(browser, page)
    assert fresh(order).follow_up_on == date(2030, 1, 2)
    undo(browser, act(browser, order, "follow-up", on=""))
    assert fresh(order).follow_up_on == date(2030, 1, 2)


def test_note_is_deleted_and_those_of_others_stay() -> None:
    order, staff = make_order(), make_staff("agent")
    browser = visitor(staff)
    act(browser, order, "note", text="stays")
    undo(browser, act(browser, order, "note", text="goes"))
    assert list(order.events.filter(kind="note").values_list("note", flat=True)) == ["stays"]


def test_what_somebody_has_changed_since_is_not_undone() -> None:
    order, staff, other = make_order(), make_staff("agent"), make_staff("agent")
    browser = visitor(staff)
    page = act(browser, order, "take", taken_by="")
    assign(fresh(order), other, actor=other)
    assert "it was not undone" in words(undo(browser, page))
    assert fresh(order).taken_by == other
    page = act(browser, order, "follow-up", on="2031-03-04")
    set_follow_up(fresh(order), other, None)
    assert "it was not undone" in words(undo(browser, page))
    assert fresh(order).follow_up_on is None


def test_order_does_not_go_back_to_a_colleague_whose_access_has_ended() -> None:
    order, before, staff = make_order(), make_staff("agent"), make_staff("agent")
    assign(order, before, actor=before)
    browser = visitor(staff)
    page = act(browser, order, "take", taken_by=before.pk)
    User.objects.filter(pk=before.pk).update(is_staff=False)
    assert "it was not undone" in words(undo(browser, page))
    assert fresh(order).taken_by == staff


def test_offer_ends_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    order, browser = make_order(), visitor(make_staff("agent"))
    page = act(browser, order, "note", text="stays")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + UNDOABLE_FOR + 1)
    assert "It is too late to undo this." in words(undo(browser, page))
    assert order.events.filter(kind="note").count() == 1


def test_offer_is_good_for_the_colleague_who_got_it_alone() -> None:
    order, browser = make_order(), visitor(make_staff("agent"))
    page = act(browser, order, "note", text="stays")
    assert "It is too late to undo this." in words(undo(visitor(make_staff("agent")), page))
    assert order.events.filter(kind="note").count() == 1


def test_offer_needs_the_permission_of_the_action() -> None:
    order, staff = make_order(), make_staff("agent")
    browser = visitor(staff)
    page = act(browser, order, "note", text="stays")
    staff.groups.set(Group.objects.filter(name="viewer"))
    assert undo(browser, page).status_code == 403
    assert order.events.filter(kind="note").count() == 1


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "", "x"])
def test_undoing_leads_nowhere_else(back: str) -> None:
    browser = visitor(make_staff("agent"))
    answer = browser.post("/staff/undo/", {"undo": "x", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    assert browser.get("/staff/undo/")["Location"] == "/staff/"


def test_bar_stays_until_the_next_page() -> None:
    order, browser = make_order(), visitor(make_staff("agent"))
    assert "undo" in fields(act(browser, order, "take", taken_by=""))
    assert "undo" not in fields(browser.get(f"/staff/orders/{order.pk}/"))
