"""By the month or the year, discounts for some months, and the words of the contract."""

import json
import re

import pytest

from shop.catalogue.models import Promotion
from shop.catalogue.seller import Seller
from shop.orders.models import Basket
from tests.factories import DETAILS
from tests.pages import (
    assert_left_out,
    at_checkout,
    checkout_form,
    fields,
    html,
    visitor,
    words,
)
from tests.storefront.checkout import placed, recalculate, sold_by_the_year

pytestmark = pytest.mark.django_db


def test_page_says_when_one_pays_and_how_the_contract_ends() -> None:
    Seller.objects.update(due_days=10)
    page = words(at_checkout()[0].get("/checkout/"))
    for sentence in (
        "The first invoice comes by e-mail as soon as your project is set up and its first member",
        "Each invoice covers one month in advance",
        "You pay each invoice within 10 days, by bank transfer.",
        "The contract runs until you cancel it.",
    ):
        assert sentence in page
    free = words(at_checkout("Yamdu FREE")[0].get("/checkout/"))
    assert "This is free of charge, and you get no invoice." in free
    assert_left_out("You pay each invoice", there=page, here=free)


def test_discount_says_for_how_long_and_what_is_paid_then() -> None:
    Promotion.objects.create(code="START", name="Start", percent=20, months=3)
    browser, form = at_checkout()
    del form["place"]
    browser.post("/checkout/", {**form, "promo_code": "start", "apply": "1"})
    page = words(browser.get("/checkout/"))
    assert "for the first 3 months, then €58.31 a month with VAT" in page
    browser.post("/checkout/", {**checkout_form(browser.get("/checkout/")), **DETAILS})
    assert placed().discount_months == 3
    page = words(browser.get(f"/register/{placed().order_hash}/"))
    assert "for the first 3 months, then €58.31 a month with VAT" in page


def test_discount_for_ever_says_that_it_lasts() -> None:
    Promotion.objects.create(code="START", name="Start", percent=20)
    browser, form = at_checkout()
    del form["place"]
    browser.post("/checkout/", {**form, "promo_code": "start", "apply": "1"})
    page = words(browser.get("/checkout/"))
    assert "Start for as long as the contract runs −€9.80" in page
    assert "for the first" not in page


def test_tier_sold_by_the_year_is_ordered_by_the_year() -> None:
    sold_by_the_year()
    browser, _form = at_checkout()
    browser.post("/checkout/tier/", {"product": "s", "interval": "year"})
    page = browser.get("/checkout/")
    assert "Total per year €583.10" in words(page)
    assert "Order and pay · €583.10 a year" in words(page)
    assert "Each invoice covers one year in advance" in words(page)
    form = {**checkout_form(page), "interval": "year"}
    assert browser.post("/checkout/", {**form, **DETAILS}).status_code == 302
    assert (placed().interval, placed().net_cents) == ("year", 49_000)


def test_interval_can_be_changed_in_the_checkout() -> None:
    sold_by_the_year()
    browser, form = at_checkout()
    part = recalculate(browser, form, interval="year")
    assert "Total per year €583.10" in words(part)
    part = recalculate(browser, form, interval="month")
    assert "Total per month €58.31" in words(part)


def test_year_of_a_tier_that_is_sold_by_the_month_alone_is_the_month() -> None:
    browser, _form = at_checkout()
    browser.post("/checkout/tier/", {"product": "s", "interval": "year"})
    assert Basket.objects.get().document == {"product": "s"}
    assert "Total per month €58.31" in words(browser.get("/checkout/"))


@pytest.mark.parametrize(
    ("cents", "said"),
    [(49_000, "2 months free"), (53_900, "1 month free"), (50_000, "14% less"), (58_800, "")],
)
def test_pages_show_both_prices_and_what_a_year_saves(cents: int, said: str) -> None:
    sold_by_the_year(cents)
    browser, _form = at_checkout()
    gross = f"€{cents * 119 // 10000}.{cents * 119 // 100 % 100:02}"
    for path in ("/", "/tiers/s/", "/checkout/"):
        page = words(browser.get(path))
        assert said in page
        assert (gross in page) == (path != "/checkout/")
    for path in ("/", "/tiers/s/"):
        assert ('class="saving"' in html(browser.get(path))) == bool(said)


def test_programs_that_read_the_page_of_a_tier_find_both_prices() -> None:
    sold_by_the_year()
    page = html(visitor().get("/tiers/s/"))
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    offers = json.loads(found[1])["offers"]
    prices = [(each["price"], each["priceSpecification"]["referenceQuantity"]) for each in offers]
    assert prices == [
        ("58.31", {"@type": "QuantitativeValue", "value": "1", "unitCode": "MON"}),
        ("583.10", {"@type": "QuantitativeValue", "value": "1", "unitCode": "ANN"}),
    ]


def test_interval_of_the_order_is_on_its_page() -> None:
    sold_by_the_year()
    browser, form = at_checkout()
    part = recalculate(browser, form, interval="year")
    sent = {**form, **DETAILS, "interval": "year", **fields(part)}
    assert browser.post("/checkout/", sent).status_code == 302
    page = words(browser.get(f"/register/{placed().order_hash}/"))
    assert "Total per year €583.10" in page
