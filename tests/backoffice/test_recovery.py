"""Staff retry a stuck order, approve it, or finish it by hand."""

from typing import Any

import pytest
from pytest_django import Settings

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.tenancy.models import Client
from tests.factories import (
    make_order,
    make_staff,
    pack_all,
)
from tests.packing.steps import asked
from tests.pages import fields, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def stuck(**members: Any) -> Order:
    order = make_order("xl", **members)
    pack_all()
    return fresh(order)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def act(order: Order, what: str) -> str:
    browser = visitor(make_staff("agent"))
    page = browser.post(f"/staff/orders/{order.pk}/{what}/", follow=True)
    assert page.status_code == 200
    assert page.request["PATH_INFO"] == f"/staff/orders/{order.pk}/"
    return words(page)


@pytest.mark.parametrize(
    ("situation", "offered"),
    [
        ("has_packing_errors", {"retry", "cancel", "correct"}),
        ("need_human", {"approve", "by-hand", "cancel", "correct"}),
        ("pending", {"cancel", "address"}),
        ("details", {"cancel", "correct"}),
        ("packing", set()),
        ("packed", {"address"}),
        ("cancelled", set()),
    ],
)
def test_page_offers_what_can_be_done(situation: str, offered: set[str]) -> None:
    order = order_in(situation)
    page = html(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    actions = ("retry", "approve", "by-hand", "cancel", "correct", "address")
    assert {what for what in actions if f"/{what}/" in page} == offered


def test_page_shows_facts_history_and_mails() -> None:
    order = stuck(user_first_name="Nina", user_login="nn")
    text = words(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    for fact in ("Nina", "nn", "nicecustomer@gmx.com", "€534.31", "order received"):
        assert fact in text
    assert "This tier is set up after a person has approved the order." in text


@pytest.mark.parametrize("pk", [0, 999, 2**63, 2**70])
def test_unknown_order_is_404(pk: int) -> None:
    browser = visitor(make_staff("agent"))
    assert browser.get(f"/staff/orders/{pk}/").status_code == 404
    assert browser.post(f"/staff/orders/{pk}/retry/").status_code == 404


def test_open_order_is_404() -> None:
    order = make_order()
    Order.objects.update(state=State.NEW)
    browser = visitor(make_staff("agent"))
    assert browser.get(f"/staff/orders/{order.pk}/").status_code == 404


@pytest.mark.parametrize("what", ["retry", "approve", "by-hand", "cancel", "take", "note"])
def test_actions_are_by_post_and_their_addresses_lead_to_the_order(what: str) -> None:
    order = stuck()
    browser = visitor(make_staff("agent"))
    answer = browser.get(f"/staff/orders/{order.pk}/{what}/")
    assert answer["Location"] == f"/staff/orders/{order.pk}/"
    assert fresh(order).state == "need_human"


def test_approved_order_is_pending_and_packs() -> None:
    order = stuck()
    assert "The order is approved." in act(order, "approve")
    order = fresh(order)
    assert (order.state, order.fault) == ("pending", "")
    assert order.approved_by
    assert order.approved_at
    pack_all()
    assert fresh(order).state == "packed"


def test_retried_order_goes_on_from_where_it_stopped(settings: Settings) -> None:
    steps = settings.PACKING_STEPS
    settings.PACKING_STEPS = ["shop.packing.steps.client", "tests.packing.steps.fail"]
    settings.PACKING_MAX_ATTEMPTS = 1
    order = make_order()
    pack_all()
    assert fresh(order).fault == "tries_used_up"
    settings.PACKING_STEPS = steps
    assert "The order is being set up again." in act(order, "retry")
    assert fresh(order).packing.attempts == 0
    pack_all()
    order = fresh(order)
    assert order.state == "packed"
    assert order.delivered_client
    assert order.delivered_client.projects.count() == 1


def test_retry_does_not_approve() -> None:
    order = stuck()
    act(order, "retry")
    pack_all()
    assert fresh(order).state == "need_human"


@pytest.mark.parametrize("what", ["retry", "approve"])
@pytest.mark.parametrize("situation", ["pending", "packed", "cancelled", "packing"])
def test_order_that_is_not_stuck_any_more_is_told_kindly(situation: str, what: str) -> None:
    order = order_in(situation)
    before = Order.objects.filter(pk=order.pk).values().get()
    events = order.events.count()
    # In this situation it was a colleague who cancelled.
    told = "was faster" if situation == "cancelled" else "The order has changed in the meantime"
    assert f"{told}. This is the current state." in act(order, what)
    assert Order.objects.filter(pk=order.pk).values().get() == before
    assert order.events.count() == events


def test_second_approval_is_told_kindly_and_changes_nothing() -> None:
    order = stuck()
    act(order, "approve")
    first = fresh(order).approved_by
    assert first
    assert "Mia Muster was faster. This is the current state." in act(order, "approve")
    assert fresh(order).approved_by == first


def test_approval_of_an_order_with_errors_does_nothing() -> None:
    order = order_in("has_packing_errors")
    act(order, "approve")
    assert fresh(order).state == "has_packing_errors"
    assert fresh(order).approved_at is None


def test_cancelled_meanwhile_is_told_kindly() -> None:
    order = stuck()
    transition(fresh(order), State.CANCELLED)
    assert "The order has changed in the meantime" in act(order, "approve")
    assert fresh(order).state == "cancelled"


def test_second_press_of_ones_own_is_told_so() -> None:
    order, staff = stuck(), make_staff("agent")
    for _ in range(2):
        page = visitor(staff).post(f"/staff/orders/{order.pk}/approve/", follow=True)
    assert "You have already done this. This is the current state." in words(page)


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_what_the_page_had_seen_may_be_anything(seen: str) -> None:
    order = order_in("packed")
    browser = visitor(make_staff("agent"))
    page = browser.post(f"/staff/orders/{order.pk}/retry/", {"seen": seen}, follow=True)
    assert "The order has changed in the meantime" in words(page)


def test_what_was_done_before_the_page_was_seen_is_not_what_was_faster() -> None:
    order, staff = stuck(), make_staff("agent")
    act(order, "retry")
    pack_all()
    page = visitor(staff).get(f"/staff/orders/{order.pk}/")
    transition(fresh(order), State.CANCELLED)
    form = {"seen": fields(page)["seen"]}
    page = visitor(staff).post(f"/staff/orders/{order.pk}/approve/", form, follow=True)
    assert "The order has changed in the meantime" in words(page)


def test_order_that_waits_for_its_next_attempt_is_tried_at_once(settings: Settings) -> None:
    settings.PACKING_STEPS = ["tests.packing.steps.fail"]
    order = make_order()
    pack_all()
    assert fresh(order).packing.next_attempt_at
    assert "The order is being set up again." in act(order, "retry-now")
    assert (fresh(order).packing.next_attempt_at, fresh(order).packing.attempts) == (None, 0)
    assert order.events.filter(kind="hurried", actor__is_staff=True).count() == 1
    assert "Mia Muster was faster" in act(order, "retry-now")
    pack_all()
    assert fresh(order).packing.attempts == 1


def test_only_steps_that_call_out_run_again_and_by_the_same_key(settings: Settings) -> None:
    settings.PACKING_STEPS = [
        "shop.packing.steps.client",
        "tests.packing.steps.ask",
        "shop.packing.steps.project",
        "tests.packing.steps.fail",
    ]
    settings.PACKING_MAX_ATTEMPTS = 1
    keys: list[str] = []
    asked[:] = [lambda order, key: keys.append(key)]
    order = make_order()
    pack_all()
    browser = visitor(make_staff("agent"))
    path = f"/staff/orders/{order.pk}/"
    assert 'name="step" value="ask"' in " ".join(html(browser.get(path)).split())
    for step in ("client", "project", "fail", "nothing"):
        page = browser.post(f"{path}retry-from/", {"step": step}, follow=True)
        assert "The order has changed in the meantime" in words(page)
    before = fresh(order)
    page = browser.post(f"{path}retry-from/", {"step": "ask"}, follow=True)
    assert "steps run again by" in words(page)
    pack_all()
    after = fresh(order)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert after.delivered_client == before.delivered_client
    assert after.delivered_project == before.delivered_project
    assert Client.objects.count() == 1


@pytest.mark.parametrize("what", ["retry", "approve", "by-hand"])
def test_forms_from_elsewhere_do_nothing(what: str) -> None:
    order = stuck()
    browser = visitor(make_staff("agent"))
    browser.handler.enforce_csrf_checks = True
    assert browser.post(f"/staff/orders/{order.pk}/{what}/").status_code == 403
    assert fresh(order).state == "need_human"
