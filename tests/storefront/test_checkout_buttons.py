"""The buttons of the checkout beside the one that orders: Enter, its links, its script."""

import re

import pytest

from shop.catalogue.models import Promotion
from shop.orders.models import Basket, Order
from tests.factories import DETAILS
from tests.pages import assert_left_out, at_checkout, error_beside, fields, html, words
from tests.storefront.checkout import placed

pytestmark = pytest.mark.django_db


def test_enter_tells_what_is_missing_and_orders_nothing() -> None:
    browser, form = at_checkout()
    del form["place"]
    page = browser.post("/checkout/", {**form, **DETAILS, "project_name": "", "apply": "check"})
    assert page.status_code == 422
    assert error_beside(page, "project_name")
    assert Order.objects.get().state == "new"


def test_enter_in_a_form_that_is_complete_says_that_nothing_is_ordered_yet() -> None:
    browser, form = at_checkout()
    del form["place"]
    before = browser.get("/checkout/")
    answer = browser.post("/checkout/", {**form, **DETAILS, "apply": "check"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/checkout/?checked#checked")
    assert Order.objects.get().state == "new"
    page = browser.get("/checkout/?checked")
    told = "Nothing has been ordered yet"
    assert_left_out(told, there=words(page), here=words(before))
    assert '<p class="notice notice--success" id="checked" tabindex="-1">' in html(page)
    assert browser.post("/checkout/", {**form, **DETAILS, "place": "1"}).status_code == 302
    assert placed().project_name == DETAILS["project_name"]


def test_enter_in_the_field_of_a_code_applies_it_and_asks_for_nothing_else() -> None:
    Promotion.objects.create(code="PREMIERE", name="For your first film", percent=10)
    browser, form = at_checkout()
    del form["place"]
    answer = browser.post("/checkout/", {**form, "promo_code": "premiere", "apply": "check"})
    assert answer.headers["Location"] == "/checkout/#promotion"
    page = browser.get("/checkout/")
    assert fields(page)["shown_code"] == "premiere"
    # The code is known now: Enter asks for what is missing.
    again = browser.post("/checkout/", {**form, **fields(page), "apply": "check"})
    assert again.status_code == 422


def test_code_that_counts_is_told_with_what_it_saves_and_can_be_removed() -> None:
    Promotion.objects.create(code="PREMIERE", name="First film", percent=10, months=3)
    browser, form = at_checkout()
    del form["place"]
    browser.post("/checkout/", {**form, "promo_code": " premiere", "apply": "1"})
    page = browser.get("/checkout/")
    told = "PREMIERE is applied: First film. You save €5.83 a month, including VAT, "
    told += "for the first 3 months"
    assert told in words(page)
    # The focus comes to the section, whose name and description say what has happened.
    opened = re.search(r'<details id="promotion"[^>]*\sopen>', html(page))
    assert opened
    assert 'aria-labelledby="promotion-title"' in opened[0]
    assert 'aria-describedby="promotion-applied"' in opened[0]
    assert html(page).count('id="promotion-applied"') == 1
    removed = {**form, **fields(page), "apply": "remove-code"}
    answer = browser.post("/checkout/", removed)
    assert answer.headers["Location"] == "/checkout/#promotion"
    after = browser.get("/checkout/")
    assert_left_out("is applied", there=words(page), here=words(after))
    assert "promo_code" not in Basket.objects.get().document
    assert fields(after)["promo_code"] == ""


def test_every_link_of_the_page_keeps_what_was_typed() -> None:
    browser, _form = at_checkout()
    page = html(browser.get("/checkout/"))
    links = re.findall(r'<a\b[^>]*href="(/[^"]*)"[^>]*>', page)
    # What opens in a new tab leaves this page as it is.
    leaving = [each for each in links if f'href="{each}" target="_blank"' not in page]
    assert leaving == []
    ways = set(re.findall(r'name="apply"\s+value="(\w+)"', page))
    assert {"tiers", "account_login", "contact", "api_docs", "imprint", "cancel_contract"} <= ways


def test_script_keeps_each_change_and_gets_no_price_that_is_shown_already() -> None:
    browser, form = at_checkout()
    del form["place"]
    typed = {**form, "client_name": "Constantin Film", "apply": "price"}
    answer = browser.post("/checkout/", typed, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert fields(browser.get("/checkout/"))["client_name"] == "Constantin Film"
    abroad = browser.post(
        "/checkout/", {**typed, "billing_country": "AT"}, headers={"HX-Request": "true"}
    )
    assert "VAT 20% €9.80" in words(abroad)


def test_script_leaves_tier_and_code_until_their_button_is_pressed() -> None:
    Promotion.objects.create(code="PREMIERE", name="For your first film", percent=10)
    browser, form = at_checkout()
    del form["place"]
    chosen = {**form, "product": "m", "promo_code": "PREMIERE", "apply": "price", "shown": ""}
    part = browser.post("/checkout/", chosen, headers={"HX-Request": "true"})
    assert "Order and pay · €58.31 a month" in words(part)
    assert Basket.objects.get().document.get("promo_code") is None
    browser.post("/checkout/", {**chosen, "apply": "1"})
    assert (Order.objects.get().product.code, Basket.objects.get().document["promo_code"]) == (
        "m",
        "PREMIERE",
    )
