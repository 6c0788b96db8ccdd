"""The live fragment: sent only when there is news, and without a timer at the end."""

import re

import pytest

from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.models import StepRecord
from shop.packing.recovery import approve
from shop.tenancy.models import Invitation
from tests.factories import make_bare_order, make_order, make_packed_order, make_user, pack_all
from tests.pages import Response, html, visitor, words
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

LIVE = ["pending", "packing", "packed", "has_packing_errors", "need_human"]


def progress(order: Order, seen: str = "") -> Response:
    return visitor().get(f"/register/{order.order_hash}/progress/", {"seen": seen})


def polled(order: Order) -> str:
    """The address at which the page looks again."""
    page = html(visitor().get(f"/register/{order.order_hash}/"))
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("situation", LIVE)
def test_nothing_new_is_204_without_a_body(situation: str) -> None:
    answer = visitor().get(polled(order_in(situation)))
    assert answer.status_code == 204
    assert answer.content == b""


def test_news_is_the_fragment_alone() -> None:
    order = make_order()
    address = polled(order)
    transition(order, State.PACKING)
    answer = visitor().get(address)
    assert answer.status_code == 200
    assert "We're setting up your project." in words(answer)
    assert html(answer).count('id="progress"') == 1
    assert "<html" not in html(answer)
    assert visitor().get(re.findall(r'hx-get="([^"]+)"', html(answer))[0]).status_code == 204


def test_each_step_is_news_but_is_not_read_out() -> None:
    order = order_in("packing")
    address = polled(order)
    StepRecord.objects.create(order=order, name="client")
    answer = visitor().get(address)
    assert answer.status_code == 200
    assert re.findall(r'data-status="(\w+)"', html(answer)) == ["done", "running", "open", "open"]
    assert "announcement" not in html(answer)


def test_change_of_state_is_read_out_once() -> None:
    order = make_order()
    address = polled(order)
    transition(order, State.PACKING)
    answer = html(visitor().get(address))
    assert answer.count('id="announcement"') == 1
    assert (
        '<p id="announcement" hx-swap-oob="innerHTML">'
        "We&#x27;re setting up your project. Nothing for you to do.</p>" in answer
    )


@pytest.mark.parametrize("situation", ["packed", "cancelled"])
def test_state_whose_headline_takes_the_focus_is_not_read_out_besides(situation: str) -> None:
    answer = html(progress(order_in(situation), "packing-0"))
    assert 'id="headline"' in answer
    assert '<p id="announcement" hx-swap-oob="innerHTML"></p>' in answer


@pytest.mark.parametrize("situation", LIVE)
def test_fragment_looks_again_while_something_may_change(situation: str) -> None:
    answer = html(progress(order_in(situation)))
    assert answer.count("hx-get=") == 1
    assert 'hx-trigger="poll"' in answer
    assert "data-live" in answer


@pytest.mark.parametrize("situation", ["joined", "cancelled"])
def test_fragment_ends_the_timer_at_the_end(situation: str) -> None:
    order = order_in("packed" if situation == "joined" else situation)
    if situation == "joined":
        Invitation.objects.update(used_at=order.created_at)
    answer = html(progress(order, "packing-0-3-"))
    assert "hx-get" not in answer
    assert "hx-trigger" not in answer
    assert "data-live" not in answer
    assert 'hx-swap-oob="innerHTML"' in answer


@pytest.mark.parametrize("situation", [*LIVE, "cancelled"])
def test_fragment_shows_no_address_in_clear(situation: str) -> None:
    order = order_in(situation)
    assert order.user_email == "nicecustomer@gmx.com"
    answer = html(progress(order)).lower()
    assert 'id="headline"' in answer
    assert "nicecustomer" not in answer
    assert "gmx.com" not in answer


def test_all_steps_are_done_at_the_end() -> None:
    answer = html(progress(make_packed_order()))
    assert re.findall(r'data-status="(\w+)"', answer) == ["done"] * 4


def test_step_at_which_packing_stopped_is_marked() -> None:
    answer = html(progress(order_in("has_packing_errors")))
    assert re.findall(r'data-status="(\w+)"', answer) == ["stopped", "open", "open", "open"]


def test_order_that_lacks_details_again_has_the_page_loaded_anew() -> None:
    answer = progress(make_bare_order("s"), "pending-0-0-")
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    assert answer.content == b""


def test_open_page_sees_an_approval_and_the_packing_after_it() -> None:
    order = order_in("need_human")
    address = polled(order)
    assert approve(order, make_user(is_staff=True))
    answer = visitor().get(address)
    assert "Order received." in words(answer)
    pack_all()
    assert "All set." in words(visitor().get(address))


def test_new_reason_in_the_same_state_is_news() -> None:
    order = order_in("need_human")
    address = polled(order)
    Order.objects.update(fault="no_place")
    answer = visitor().get(address)
    assert answer.status_code == 200
    assert "as many members as its plan allows" in words(answer)


@pytest.mark.parametrize("seen", ["", "nonsense", "pending", "a" * 3000, "\x00", "ä"])
def test_anything_else_seen_brings_the_fragment(seen: str) -> None:
    assert progress(make_order(), seen).status_code == 200


def test_fragment_is_only_read() -> None:
    address = f"/register/{make_order().order_hash}/progress/"
    assert visitor().post(address).status_code == 405
    assert visitor().head(address).status_code == 200


def test_fragment_follows_the_language_of_the_page() -> None:
    order = make_order()
    assert "Eingegangen." in words(
        visitor(language="de").get(f"/register/{order.order_hash}/progress/")
    )
