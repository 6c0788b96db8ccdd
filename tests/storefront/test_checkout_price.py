"""The price in the checkout: changed tiers, changed prices, promotion codes."""

import pytest

from shop.catalogue.models import Product, Promotion
from shop.orders.models import Order
from tests.factories import DETAILS
from tests.pages import at_checkout, checkout_form, error_beside, fields, words
from tests.storefront.checkout import UNKNOWN_CODE, placed, send

pytestmark = pytest.mark.django_db


def test_tier_can_be_changed_and_what_was_typed_stays() -> None:
    browser, form = at_checkout()
    del form["place"]
    changed = {**form, "product": "m", "apply": "1", "client_name": "Constantin Film"}
    page = browser.post("/checkout/", changed, follow=True)
    assert fields(page)["client_name"] == "Constantin Film"
    assert "Order and pay · €117.81 a month" in words(page)
    browser.post("/checkout/", {**checkout_form(page, "m"), **DETAILS})
    assert placed().product.code == "m"


def test_tier_changed_and_ordered_at_once_has_to_be_confirmed() -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, **DETAILS, "product": "m"})
    assert page.status_code == 409
    assert "it was €58.31 a month, now it is €117.81" in words(page)
    assert Order.objects.get().state == "new"


def test_price_that_has_changed_is_told_and_has_to_be_confirmed() -> None:
    browser, form = at_checkout()
    Product.objects.filter(code="s").update(net_cents=5000)
    page = browser.post("/checkout/", {**form, **DETAILS})
    assert page.status_code == 409
    assert "it was €58.31 a month, now it is €59.50" in words(page)
    assert Order.objects.get().state == "new"
    assert browser.post("/checkout/", checkout_form(page)).status_code == 302
    assert placed().net_cents == 5000


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "٣"])
def test_damaged_form_is_still_told_about_the_price(seen: str) -> None:
    page = send(quote_hash="wrong", seen=seen)
    assert page.status_code == 409
    assert Order.objects.get().state == "new"


def test_tier_that_is_retired_meanwhile_is_told() -> None:
    browser, form = at_checkout()
    Product.objects.filter(code="s").update(listed=False)
    for answer in (
        browser.get("/checkout/", follow=True),
        browser.post("/checkout/", {**form, **DETAILS}, follow=True),
    ):
        assert "The plan you chose can no longer be ordered." in words(answer)
    assert Order.objects.get().state == "new"


def test_promotion_code_is_shown_and_taken_off() -> None:
    Promotion.objects.create(code="PREMIERE", name="For your first film", percent=10)
    browser, form = at_checkout()
    del form["place"]
    page = browser.post(
        "/checkout/", {**form, "promo_code": "premiere\u200b", "apply": "1"}, follow=True
    )
    assert "For your first film for as long as the contract runs −€4.90" in words(page)
    assert "Order and pay · €52.48 a month" in words(page)
    browser.post("/checkout/", {**checkout_form(page), **DETAILS})
    assert (placed().promo_code, placed().net_cents, placed().discount_cents) == (
        "premiere\u200b",
        4410,
        490,
    )
    assert Promotion.objects.get().uses == 1


def test_wrong_promotion_code_is_told_before_ordering() -> None:
    browser, form = at_checkout()
    page = browser.post("/checkout/", {**form, "promo_code": "NO", "apply": "1"})
    assert page.status_code == 422
    assert error_beside(page, "promo_code") == UNKNOWN_CODE
    assert "Please enter the name of your company." not in words(page)
    assert "E-mail optional" not in words(page)


def test_wrong_promotion_code_is_told_in_german() -> None:
    browser, form = at_checkout("m", language="de")
    page = browser.post("/checkout/", {**form, "promo_code": "NO", "apply": "1"})
    assert error_beside(page, "promo_code") == (
        "Diesen Code kennen wir nicht. Bitte prüfen Sie die Schreibweise."
    )
