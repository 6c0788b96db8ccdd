"""`/api/products`: tiers and prices for anybody."""

import json

import pytest
from django.test import Client
from pytest_django import Settings

from shop.catalogue.models import Product
from tests.api.guides import code, page, sent_by
from tests.buckets import full_buckets
from tests.factories import make_seller, set_own_rate

pytestmark = pytest.mark.django_db

M = {
    "product": "m",
    "slug": "m",
    "name": "M",
    "approval": False,
    "url": "http://testserver/tiers/m/",
    "net": "79.00",
    "vat_rate": "19.00",
    "vat": "15.01",
    "gross": "94.01",
    "currency": "EUR",
    "interval": "month",
}


def test_tier_has_its_price_without_a_token() -> None:
    tier = Product.objects.get(code="m")
    tier.net_cents, tier.yearly_net_cents = 7900, 79000
    tier.save()
    answer = Client().get("/api/products/m")
    yearly = {"net": "790.00", "vat_rate": "19.00", "vat": "150.10", "gross": "940.10"}
    assert answer.status_code == 200
    assert answer.json()["data"]["product"] == {**M, "members": tier.members, "yearly": yearly}


def test_tier_that_is_not_sold_by_the_year_says_null() -> None:
    Product.objects.filter(code="m").update(yearly_net_cents=None)
    assert Client().get("/api/products/m").json()["data"]["product"]["yearly"] is None


def test_rate_is_the_sellers() -> None:
    make_seller()
    set_own_rate("20")
    shown = Client().get("/api/products/m").json()["data"]["product"]
    assert shown["vat_rate"] == "20.00"
    make_seller(small_business=True)
    shown = Client().get("/api/products/m").json()["data"]["product"]
    assert (shown["vat_rate"], shown["vat"], shown["gross"]) == ("0.00", "0.00", shown["net"])


def test_list_has_the_tiers_that_can_be_ordered_in_the_shops_order() -> None:
    answer = Client().get("/api/products")
    shown = [each["product"] for each in answer.json()["data"]["array"]]
    assert shown == list(Product.objects.values_list("code", flat=True))
    Product.objects.filter(code="m").update(listed=False)
    after = [each["product"] for each in Client().get("/api/products").json()["data"]["array"]]
    assert after == [code for code in shown if code != "m"]
    assert Client().get("/api/products/m").status_code == 404


def test_manual_tier_says_that_a_person_approves() -> None:
    assert Client().get("/api/products/xl").json()["data"]["product"]["approval"] is True


def test_free_tier_costs_nothing() -> None:
    Product.objects.filter(code="Yamdu FREE").update(yearly_net_cents=0)
    shown = Client().get("/api/products/yamdu-free").json()["data"]["product"]
    nothing = {"net": "0.00", "vat_rate": "19.00", "vat": "0.00", "gross": "0.00"}
    assert {name: shown[name] for name in nothing} == shown["yearly"] == nothing


def test_tier_in_the_guide_is_answered_as_printed() -> None:
    guide = page("/api/docs/products")
    sent = sent_by(code(guide, "products-curl"))
    shown, printed = Client().get(sent.path).json(), json.loads(code(guide, "tier"))
    own = {"url": "http://testserver/tiers/s/"}
    assert shown["data"]["product"] == {**printed["data"]["product"], **own}


def test_parameters_and_other_methods_are_refused() -> None:
    assert Client().get("/api/products?page=1").status_code == 422
    answer = Client().post("/api/products")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_calls_of_an_anonymous_address_are_limited(settings: Settings) -> None:
    settings.DEMO = False
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": (0.001, 2)}
    full_buckets()
    found = [Client(REMOTE_ADDR="203.0.113.7").get("/api/products") for _ in range(3)]
    assert [each.status_code for each in found] == [200, 200, 429]
    assert int(found[2]["Retry-After"]) > 0
