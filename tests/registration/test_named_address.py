"""The browser in which the address of a partner's order was typed may correct it; no other may."""

import pytest
from django.test import Client as Browser

from portal.registration.order_access import ADDRESS_COOKIE
from shop.orders.corrections import readdress
from shop.orders.models import Order
from tests.factories import make_bare_order, make_order, pack_all
from tests.pages import visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

WRONG, RIGHT = "worng@example.com", "right@example.com"
AGREED = {"terms": "on", "terms_version": "1"}
TYPED = {"client_name": "Film", "project_name": "Dreh", "user_email": WRONG, **AGREED}


def fill_in(browser: Browser, order: Order) -> None:
    assert browser.post(f"/register/{order.order_hash}/", TYPED).status_code == 302


def correct(browser: Browser, order: Order, email: str = RIGHT) -> int:
    path = f"/register/{order.order_hash}/address/"
    return browser.post(path, {"user_email": email}).status_code


def email_of(order: Order) -> str | None:
    return Order.objects.get(pk=order.pk).user_email


@pytest.mark.parametrize("packed", [False, True])
def test_mistyped_address_is_corrected_in_the_browser_in_which_it_was_typed(packed: bool) -> None:
    order, browser = make_bare_order(), visitor()
    fill_in(browser, order)
    if packed:
        pack_all()
    assert correct(visitor(), order) == 403
    assert correct(browser, order, "wrnog@example.com") == 302
    assert correct(browser, order) == 302
    assert email_of(order) == RIGHT


def test_tries_are_limited() -> None:
    order, browser = make_bare_order(), visitor()
    fill_in(browser, order)
    for number in range(3):
        correct(browser, order, f"nina{number}@example.com")
    page = browser.get(f"/register/{order.order_hash}/address/")
    assert "It has been corrected several times already." in words(page)


def test_mark_is_for_one_order_and_not_for_scripts_or_other_sites() -> None:
    order, other, browser = make_bare_order(), make_bare_order(), visitor()
    answer = browser.post(f"/register/{order.order_hash}/", TYPED)
    cookie = answer.cookies[ADDRESS_COOKIE]
    assert cookie["path"] == f"/register/{order.order_hash}/"
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 2_592_000)
    assert WRONG not in cookie.value
    fill_in(visitor(), other)
    thief = visitor()
    thief.cookies[ADDRESS_COOKIE] = cookie.value
    assert correct(thief, other) == 403
    assert correct(thief, order) == 302


def test_browser_that_typed_no_address_gets_no_mark() -> None:
    order, browser = make_bare_order(user_email=WRONG), visitor()
    details = {"client_name": "Film", "project_name": "Dreh", **AGREED}
    answer = browser.post(f"/register/{order.order_hash}/", details)
    assert answer.status_code == 302
    assert ADDRESS_COOKIE not in answer.cookies
    assert correct(browser, order) == 403


def test_mark_ends_once_somebody_else_has_corrected_the_address() -> None:
    order, browser = make_bare_order(), visitor()
    fill_in(browser, order)
    order.refresh_from_db()
    assert readdress(order, RIGHT, actor=None)
    assert correct(browser, order, "again@example.com") == 403
    assert email_of(order) == RIGHT


def test_made_up_mark_opens_nothing() -> None:
    order = make_order()
    for mark in ("", "None", "ä", "0" * 64):
        browser = visitor()
        browser.cookies[ADDRESS_COOKIE] = mark
        assert correct(browser, order) == 403
