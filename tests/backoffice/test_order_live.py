"""The parts of an order's page that come anew while the order is being set up."""

import pytest
from django.test import Client

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.recovery import retry
from tests.factories import make_order, make_packed_order, make_staff, pack_all
from tests.pages import Response, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def polled(page: Response) -> str:
    """The address that the page asks; "" if it asks for nothing."""
    live = html(page).partition('id="order-live"')[2].partition(">")[0]
    return live.partition('hx-get="')[2].partition('"')[0]


def opened(order: Order, *groups: str) -> tuple[Client, Response]:
    browser = visitor(make_staff(*groups))
    return browser, browser.get(f"/staff/orders/{order.pk}/")


def test_page_asks_again_until_the_order_is_settled() -> None:
    order = make_order()
    browser, page = opened(order, "agent")
    path = polled(page)
    assert path.startswith(f"/staff/orders/{order.pk}/live/?seen=pending%2F%2F")
    assert browser.get(path).status_code == 204
    pack_all()
    fragment = browser.get(path)
    assert fragment.status_code == 200
    assert polled(fragment) == ""
    text = html(fragment)
    for name in ("order-state", "order-brief", "order-work", "order-history"):
        assert f'id="{name}"' in text
    assert "State: done." in words(fragment)
    assert "Step done" in words(fragment)


def test_what_happened_without_another_state_is_shown_and_not_announced() -> None:
    order = make_order()
    browser, page = opened(order, "agent")
    transition(order, State.PACKING)
    page = browser.get(polled(page))
    assert "State: being set up." in words(page)
    order.events.create(kind="note", note="Rang.")
    page = browser.get(polled(page))
    assert "Rang." in words(page)
    assert "State: " not in words(page)


@pytest.mark.parametrize("situation", ["need_human", "has_packing_errors", "cancelled", "details"])
def test_page_of_an_order_that_waits_for_somebody_asks_for_nothing(situation: str) -> None:
    _browser, page = opened(order_in(situation), "agent")
    assert polled(page) == ""


def test_page_is_live_again_after_another_attempt() -> None:
    order = order_in("has_packing_errors")
    staff = make_staff("agent")
    assert retry(order, staff)
    _browser, page = opened(order, "agent")
    assert polled(page)


def test_parts_hide_the_link_to_the_order_from_who_may_only_look() -> None:
    order = make_packed_order()
    order.events.create(kind="note", note=f"/register/{order.order_hash}/")
    path = f"/staff/orders/{order.pk}/live/?seen=x"
    agent, viewer = visitor(make_staff("agent")), visitor(make_staff("viewer"))
    assert order.order_hash in html(agent.get(path))
    page = html(viewer.get(path))
    assert "/register/…/" in page
    assert order.order_hash not in page
    assert "<form" not in page


def test_way_back_to_the_list_is_kept_by_what_comes_anew() -> None:
    order = make_order()
    browser, page = opened(order, "agent")
    fragment = browser.get(f"{polled(page)}x&from=show%3Dall")
    assert f'action="/staff/orders/{order.pk}/cancel/?from=show%3Dall"' in html(fragment)
