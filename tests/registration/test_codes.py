"""The code of the mail, typed on the order's page because that was read on another device."""

import re

import pytest
from django.core.mail import EmailMessage
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.invitations import join_code
from shop.tenancy.models import Invitation
from tests.factories import make_order, make_packed_order, make_user
from tests.notifications.sent import html_of, send_all
from tests.pages import Response, error_beside, html, visitor, words
from tests.registration.joining import CHOICE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

WRONG = "This code does not work. After a few wrong ones only that of a new e-mail does."


def type_code(order: Order, code: str) -> Response:
    return visitor().post(f"/register/{order.order_hash}/code/", {"code": code})


def code_of(order: Order) -> str:
    assert order.invitation
    return join_code(order.invitation)


def test_code_of_the_mail_leads_to_joining(mailoutbox: list[EmailMessage]) -> None:
    order = make_packed_order(language="en")
    send_all()
    found = re.search(r"Enter this code[^:]*: ([2-9A-Z]{4}-[2-9A-Z]{4})", str(mailoutbox[1].body))
    assert found
    assert found[1] in html_of(mailoutbox[1])
    browser = visitor()
    address = f"/register/{order.order_hash}/"
    assert 'name="code"' in html(browser.get(address))
    page = browser.post(f"{address}code/", {"code": found[1]}, follow=True)
    assert "Welcome to OSD Yamdu Free" in words(page)
    assert Invitation.objects.get().used_at is None
    answer = browser.post(page.request["PATH_INFO"], CHOICE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")


def test_wrong_code_is_told_beside_its_field_and_stays_there() -> None:
    page = type_code(make_packed_order(), "2222-2222")
    assert page.status_code == 422
    assert error_beside(page, "code") == WRONG
    assert 'value="2222-2222"' in html(page)
    assert "Please check" in html(page)


def test_order_number_in_place_of_the_code_is_no_try() -> None:
    order = make_packed_order()
    number = order.order_number or ""
    page = type_code(order, number.lower())
    assert error_beside(page, "code") == (
        "This is the number of the order. The code stands below the link."
    )
    assert Invitation.objects.get().code_tries == 0
    assert error_beside(type_code(order, "2222-2222"), "code") == WRONG
    assert Invitation.objects.get().code_tries == 1


def test_empty_code_is_no_try() -> None:
    page = type_code(make_packed_order(), " ")
    assert error_beside(page, "code") == "Please enter the code from the e-mail."
    assert Invitation.objects.get().code_tries == 0


def test_guessing_is_told_the_same_when_it_has_become_hopeless(settings: Settings) -> None:
    order = make_packed_order()
    for _ in range(settings.JOIN_CODE_TRIES):
        assert error_beside(type_code(order, "2222-2222"), "code") == WRONG
    assert error_beside(type_code(order, code_of(order)), "code") == WRONG


def test_guessing_at_many_orders_is_stopped(settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "codes": (1 / 3600, 1)}
    settings.DEMO = False
    assert type_code(make_packed_order(), "2222-2222").status_code == 422
    order = make_packed_order(user_email="other@example.com")
    page = type_code(order, code_of(order))
    assert page.status_code == 429
    assert "Please wait a while." in error_beside(page, "code")


def test_code_of_another_order_is_wrong() -> None:
    order, other = make_packed_order(), make_packed_order(user_email="other@example.com")
    assert type_code(order, code_of(other)).status_code == 422


@pytest.mark.parametrize("known", [True, False])
def test_page_is_the_same_for_known_and_new_members(known: bool) -> None:
    email = make_user().email if known else "somebody@example.com"
    order = make_packed_order(user_email=email)
    assert error_beside(type_code(order, "2222-2222"), "code") == WRONG


def test_order_that_has_no_code_leads_back_to_its_page() -> None:
    waiting, used = make_order(), make_packed_order(user_email="other@example.com")
    visitor().post(f"/register/{used.order_hash}/code/")
    Invitation.objects.update(used_at="2026-01-01T00:00Z")
    for order in (waiting, used):
        answer = type_code(order, "2222-2222")
        assert answer.headers["Location"] == f"/register/{order.order_hash}/"
        assert 'name="code"' not in html(visitor().get(answer.headers["Location"]))


def test_code_is_taken_by_post_only() -> None:
    order = make_packed_order()
    address = f"/register/{order.order_hash}/code/"
    answer = visitor().get(address, {"code": code_of(order)})
    assert answer.headers["Location"] == f"/register/{order.order_hash}/"
    assert Invitation.objects.get().code_tries == 0
