"""Text typed in the checkout is not lost, wherever the visitor goes."""

import re

import pytest
from django.test import Client

from shop.orders.models import Order
from tests.factories import DETAILS, make_user
from tests.pages import (
    Response,
    assert_escaped,
    at_checkout,
    fields,
    html,
)
from tests.storefront.checkout import placed, send

pytestmark = pytest.mark.django_db


def test_nothing_typed_is_lost() -> None:
    typed = {"user_email": "nobody", "client_name": 'Film & "Co" <x>', "user_last_name": "Nagel"}
    again = fields(send(**typed))
    assert {name: again[name] for name in typed} == typed


def test_what_was_typed_is_there_when_one_comes_back_later() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS, "user_email": "nobody"})
    again = fields(browser.get("/checkout/"))
    assert (again["client_name"], again["project_name"]) == ("Constantin Film", "OSD Yamdu Free")
    assert again["user_email"] == ""  # what no rule allows is kept in the page alone


def test_markup_that_was_typed_is_not_run() -> None:
    assert_escaped(send(client_name="<script>x</script>", user_email=""), "<script>x</script>")


def test_signed_in_customer_finds_name_and_email_filled_in() -> None:
    user = make_user(first_name="Mia", last_name="Muster")
    browser, asked = at_checkout(user=user)
    assert (asked["user_first_name"], asked["user_last_name"]) == ("Mia", "Muster")
    assert asked["user_email"] == user.email
    browser.post("/checkout/", {**asked, "client_name": "Film", "project_name": "Dreh"})
    assert (placed().placed_by, placed().owner) == (user, user)


def leave(way: str, **typed: str) -> tuple[Client, Response]:
    """Press a button by which one leaves the page with half of it filled in."""
    browser, form = at_checkout()
    del form["place"]
    return browser, browser.post("/checkout/", {**form, **typed, "apply": way})


@pytest.mark.parametrize(
    ("way", "to"),
    [
        ("1", "/checkout/#summary"),
        ("language", "/checkout/"),
        ("tiers", "/"),
        ("account_login", "/account/login/?next=/checkout/"),
        ("terms", "/terms/"),
        ("contact", "/contact/"),
        ("portal", "/portal/"),
        ("admin:index", "/checkout/#summary"),
        ("//evil.example", "/checkout/#summary"),
    ],
)
def test_what_was_typed_is_there_whichever_way_one_left(way: str, to: str) -> None:
    browser, answer = leave(way, client_name="Film", user_email="nina@example.com")
    assert (answer.status_code, answer.headers["Location"]) == (302, to)
    again = fields(browser.get("/checkout/"))
    assert (again["client_name"], again["user_email"]) == ("Film", "nina@example.com")
    assert again["terms"] == "on"
    assert Order.objects.get().state == "new"


def test_mistake_keeps_nobody_on_the_page() -> None:
    browser, answer = leave("tiers", client_name="Film", user_email="nobody")
    assert answer.headers["Location"] == "/"
    assert fields(browser.get("/checkout/"))["client_name"] == "Film"


def test_mistake_is_kept_and_told_where_only_the_language_changes() -> None:
    _browser, page = leave("language", client_name="Film", user_email="nobody")
    assert page.status_code == 422
    assert fields(page)["user_email"] == "nobody"


def test_other_tiers_can_be_looked_at_after_the_order_was_placed_in_another_tab() -> None:
    browser, form = at_checkout()
    browser.post("/checkout/", {**form, **DETAILS})
    answer = browser.post("/checkout/", {**form, **DETAILS, "apply": "tiers"})
    assert answer.headers["Location"] == "/"
    assert Order.objects.count() == 1


def test_button_that_orders_is_not_the_one_that_enter_presses() -> None:
    browser, _form = at_checkout()
    buttons = re.findall(r"<button\b[^>]*>", html(browser.get("/checkout/")))
    ours = [each for each in buttons if 'form="order"' in each or 'name="' in each]
    assert 'name="apply"' in ours[0]
    assert 'value="check"' in ours[0]
