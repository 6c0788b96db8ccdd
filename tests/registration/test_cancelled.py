"""A cancelled order: why, nothing to pay, nothing to come, and the way on."""

import re
from typing import Any

import pytest
from pytest_django import Settings

from shop.orders.cancellation import ActedBy, cancel, expire_incomplete
from shop.orders.models import Order
from tests.factories import make_bare_order, make_client, make_order, make_staff, make_user
from tests.pages import Response, assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db

REASON = "You have told us that it is not needed."


def look(order: Order, path: str = "", language: str = "en") -> Response:
    return visitor(language=language).get(f"/register/{order.order_hash}/{path}")


def cancelled(product: str = "l") -> Order:
    order = make_order(product)
    assert cancel(order, make_staff(), reason=REASON)
    return order


@pytest.mark.parametrize("path", ["", "progress/"])
def test_page_gives_the_reason(path: str) -> None:
    text = words(look(cancelled(), path))
    assert f"We cancelled this order. The reason: {REASON}" in text
    assert "you don't have to pay anything" in text
    assert "Is this a mistake? Please contact us. E-mail: hilfe@slate.example" in text
    assert 'href="/">Order again' in html(look(cancelled(), path))


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        (ActedBy.STAFF, "We cancelled this order."),
        (ActedBy.CUSTOMER, "You cancelled this order."),
        (ActedBy.PROGRAM, "The partner through whom you ordered cancelled this order."),
    ],
)
def test_page_says_who_cancelled(by: ActedBy, sentence: str) -> None:
    order = make_order()
    assert cancel(order, None, by=by)
    assert sentence in words(look(order))


@pytest.mark.parametrize("path", ["", "progress/?seen=pending-0-0-"])
def test_no_price_is_shown_as_due(path: str) -> None:
    before = words(look(make_order("l")))
    after = words(look(cancelled(), path))
    assert_left_out("Total per month", there=before, here=after)
    assert_left_out("236.81", there=before, here=after)


def test_open_page_loses_its_price_with_the_news() -> None:
    order = make_order("l")
    assert 'id="order-slate"' in html(look(order))
    assert cancel(order, make_staff(), reason=REASON)
    fragment = html(look(order, "progress/?seen=pending-0-0-"))
    assert re.search(r'id="order-slate"\s+hx-swap-oob="true"', fragment)


def test_nothing_stands_as_to_come() -> None:
    before, after = make_order(), cancelled()
    assert "to come" in words(look(before))
    page = look(after)
    assert re.findall(r'<li data-status="(\w+)"', html(page)) == ["dropped"] * 4
    assert "to come" not in words(page)
    assert "Projekt nicht mehr nötig" in words(look(after, language="de"))


def test_order_that_was_never_completed_says_so(settings: Settings) -> None:
    settings.CANCEL_AFTER_DAYS = 0
    order = make_bare_order("l")
    expire_incomplete(lambda: None)
    assert (
        "This order has expired. The reason: Details of your order were missing for too long."
        in words(look(order))
    )
    german = words(look(order, language="de"))
    assert "Der Grund: Zu Ihrer Bestellung haben zu lange Angaben gefehlt." in german


def test_list_of_the_clients_orders_shows_no_price_of_it() -> None:
    admin = make_user()
    client = make_client(client_admin=admin)
    mine: dict[str, Any] = {"client_id": client.pk, "client_name": None, "client_admin": admin}
    make_order("s", **mine)
    assert cancel(make_order("l", **mine), make_staff(), reason=REASON)
    text = words(visitor(admin).get(f"/portal/clients/{client.pk}/orders/"))
    assert "€58.31" in text
    assert "cancelled" in text
    assert "236.81" not in text
