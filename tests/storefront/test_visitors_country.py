"""The checkout begins with the country that the browser names beside its language."""

import pytest
from django.test import Client

from shop.orders.models import Basket
from tests.factories import DETAILS, make_client, make_user
from tests.pages import checkout_form, country_of, html, sign_in, words
from tests.storefront.checkout import placed

pytestmark = pytest.mark.django_db


def chosen(languages: str, product: str = "s") -> Client:
    """A browser with these languages that has chosen a tier."""
    browser = Client(headers={"accept-language": languages})
    browser.post("/checkout/tier/", {"product": product})
    return browser


@pytest.mark.parametrize(
    ("languages", "country"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "AT"),
        ("fr-CH, fr;q=0.9", "CH"),
        ("zh-Hant-TW", "TW"),
        ("de-de", "DE"),
        ("de", "DE"),
        ("en-US,en;q=0.9,de-AT;q=0.8", "DE"),
        ("de-XX", "DE"),
        ("", "DE"),
        ("*", "DE"),
    ],
)
def test_country_of_the_first_language_is_chosen(languages: str, country: str) -> None:
    assert country_of(chosen(languages).get("/checkout/")) == {"billing_country": country}


def test_price_is_that_of_the_country_and_can_be_ordered_at_once() -> None:
    browser = chosen("de-AT,de;q=0.9")
    page = browser.get("/checkout/?lang=en")
    assert "Order and pay · €58.80 a month" in words(page)
    assert Basket.objects.get().document == {"product": "s"}  # looking changes nothing
    assert browser.post("/checkout/", {**checkout_form(page), **DETAILS}).status_code == 302
    billing = placed().billing
    assert billing
    assert billing["country"] == "AT"


def test_country_that_was_typed_stays() -> None:
    browser = chosen("de-AT")
    form = checkout_form(browser.get("/checkout/"))
    del form["place"]
    browser.post("/checkout/", {**form, "billing_country": "DE", "apply": "1"})
    assert country_of(browser.get("/checkout/")) == {"billing_country": "DE"}


def test_country_of_the_customers_own_client_counts_more() -> None:
    client = make_client()
    browser = chosen("de-AT")
    sign_in(browser, client.client_admin)
    assert "VAT 19%" in words(browser.get("/checkout/?lang=en"))
    stranger = chosen("de-AT")
    sign_in(stranger, make_user())
    assert "VAT 20%" in words(stranger.get("/checkout/?lang=en"))


def test_page_of_a_visitor_from_abroad_is_not_kept_for_others() -> None:
    assert "58,80" in html(chosen("de-AT").get("/checkout/"))
    here = html(chosen("de-DE").get("/checkout/"))
    assert "58,80" not in here
    assert "58,31" in here
