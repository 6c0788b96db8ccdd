"""Waiting longer than usual: the page says so after a minute, and after five how to reach us."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from shop.orders.member_orders import invite
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.packing.recovery import approve
from tests.factories import (
    DETAILS,
    bystander,
    make_bare_order,
    make_order,
    make_project,
    make_staff,
    make_token,
)
from tests.pages import Response, html, visitor, words
from tests.registration.states import order_in, wait

pytestmark = pytest.mark.django_db

START = "Order received. We'll start in a moment."
LONGER = "This is taking longer than usual."
CLOSE = "You can close this page; we'll e-mail you."
CONTACT = "If it's urgent, please contact us."


def look(order: Order, path: str = "", language: str = "en") -> Response:
    return visitor(language=language).get(f"/register/{order.order_hash}/{path}")


@pytest.mark.parametrize("situation", ["pending", "packing"])
@pytest.mark.parametrize("path", ["", "progress/"])
@pytest.mark.usefixtures("stopped_clock")
def test_page_says_the_truth_about_waiting(situation: str, path: str) -> None:
    order = order_in(situation)
    seen = {}
    for seconds in (59, 61, 301):
        wait(order, seconds=seconds)
        text = words(look(order, path))
        seen[seconds] = [each in text for each in (LONGER, CLOSE, CONTACT)]
    assert seen == {59: [False] * 3, 61: [True, True, False], 301: [True] * 3}


def test_nothing_that_is_no_longer_true_stands_beside_it() -> None:
    order = order_in("pending")
    for promise in (START, "usually takes less than a minute"):
        assert promise in words(look(order))
    wait(order, seconds=61)
    text = words(look(order))
    for promise in (START, "usually takes less than a minute"):
        assert promise not in text


def test_page_says_it_in_german_with_the_way_to_reach_us() -> None:
    order = order_in("packing")
    wait(order, minutes=6)
    page = look(order, language="de")
    assert "Das dauert länger" in words(page)
    assert "Wenn es eilt, melden Sie sich bitte bei uns." in words(page)
    assert "hilfe@slate.example" in html(page).partition("<footer")[0]
    number = f"/contact/?order_number={order.order_number}"
    assert f'href="{number}"' in html(page).partition("<footer")[0]


def test_order_without_an_address_of_its_own_promises_no_mail() -> None:
    project = make_project()
    token = make_token(project.client.client_admin)
    mine: dict[str, Any] = {"client_id": project.client_id, "client_name": None, "user_email": None}
    order = make_order(**mine, admin_user_access_token=token)
    wait(order, seconds=61)
    text = words(look(order))
    assert f"{LONGER}" in text
    assert "You can close this page; its address stays the same." in text
    assert "e-mail you" not in text
    assert "write to" not in text.partition("What happens next")[2].partition("<footer")[0]


def test_time_counts_from_the_moment_the_details_were_there() -> None:
    order = make_bare_order("s")
    wait(order, days=3)
    assert fill_in(order, DETAILS)
    assert LONGER not in words(look(order))
    order.events.update(at=timezone.now() - timedelta(seconds=61))
    assert LONGER in words(look(order))


def test_time_counts_from_the_approval() -> None:
    order = order_in("need_human")
    wait(order, days=1)
    assert approve(order, make_staff())
    assert START in words(look(order))


def test_repeated_attempt_does_not_start_the_clock_again() -> None:
    order = order_in("packing")
    wait(order, minutes=6)
    order.refresh_from_db()
    transition(order, State.PENDING)
    assert LONGER in words(look(order))


@pytest.mark.parametrize("situation", ["details", "has_packing_errors", "need_human", "packed"])
def test_orders_that_wait_for_no_worker_say_nothing_of_it(situation: str) -> None:
    order = order_in(situation)
    wait(order, hours=1)
    assert LONGER not in words(look(order))


def test_each_delay_is_news_and_is_read_out_once() -> None:
    order = order_in("packing")
    for seconds, said in ((61, CLOSE), (301, CONTACT)):
        found = re.search(r'hx-get="([^"]+)"', html(look(order)))
        assert found
        assert visitor().get(found[1]).status_code == 204
        wait(order, seconds=seconds)
        answer = visitor().get(found[1])
        announced = unescape(html(answer).partition('<p id="announcement"')[2])
        assert said in announced
    assert LONGER in announced


def test_delay_of_one_order_is_not_told_of_another() -> None:
    with bystander():
        late, order = order_in("pending"), order_in("pending")
        wait(late, minutes=6)
        assert LONGER in words(look(late))
        assert LONGER not in words(look(order))


def test_invitation_that_takes_very_long_is_not_called_an_order() -> None:
    project = make_project()
    order = invite(project, project.client.client_admin, {"user_email": "carla@example.com"})
    wait(order, minutes=6)
    text = words(look(order))
    assert "The invitation is safely stored, and we keep trying." in text
    assert "Your order is safely stored" not in text
    other = order_in("pending")
    wait(other, minutes=6)
    assert "Your order is safely stored" in words(look(other))
