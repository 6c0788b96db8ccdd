"""The price of the open order, and the price that was agreed once it is placed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.catalogue.models import Product, Promotion
from tests.factories import make_project, set_own_rate
from tests.open_order.calls import (
    ACCOUNT,
    CONTACT,
    PRODUCT,
    add_product,
    by_cookie,
    by_password,
    fault,
    fill,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db

ROOT = "http://testserver"


def quoted(path: str = "/order/quote") -> dict[str, Any]:
    """The quote of the open order."""
    found: dict[str, Any] = by_cookie().get(path).json()["quote"]
    return found


def amounts(quote: dict[str, Any]) -> tuple[str, str, str]:
    return quote["SubTotal"], quote["TaxTotal"], quote["Total"]


def make_promotion(code: str = "SPRING", **fields: Any) -> Promotion:
    return Promotion.objects.create(code=code, **{"name": "Spring of film", **fields})


@pytest.mark.parametrize("slash", ["", "/"])
def test_quote_of_an_order_without_a_product_is_nothing(base: str, slash: str) -> None:
    nothing = {"Products": [], "SubTotal": "0.00", "TaxTotal": "0.00", "Total": "0.00"}
    links = [
        {"href": f"{ROOT}{base}/quote", "rel": "self"},
        {"href": f"{ROOT}/api/products", "rel": "offerings"},
    ]
    assert by_cookie().get(f"{base}/quote{slash}").json() == {
        "quote": {"Hash": "", "Currency": "EUR", **nothing},
        "links": links,
    }
    by_cookie().put(f"{base}/account", {"currency": "USD", "language": "en"})
    assert quoted(f"{base}/quote{slash}")["Currency"] == "USD"


def test_quote_of_a_tier(base: str) -> None:
    number = add_product(by_cookie(), base)
    quote = quoted(f"{base}/quote")
    assert len(quote.pop("Hash")) == 40
    assert quote == {
        "Currency": "EUR",
        "Products": [
            {
                "PlanNumber": number,
                "Offering": f"{ROOT}/tiers/s/",
                "Fees": [
                    {
                        "Type": "recurring",
                        "Description": "S, a month",
                        "Currency": "EUR",
                        "BaseAmount": "49.00",
                        "Discount": "0.00",
                        "Amount": "49.00",
                        "Quantity": "1",
                        "MonthlyCycle": "1",
                        "NumCharges": "-1",
                    }
                ],
            }
        ],
        "SubTotal": "49.00",
        "TaxTotal": "9.31",
        "Total": "58.31",
    }


def test_quote_needs_no_account_and_no_contact() -> None:
    add_product(by_cookie())
    assert amounts(quoted()) == ("49.00", "9.31", "58.31")


def test_quote_of_the_free_tier() -> None:
    add_product(by_cookie(), offering="Yamdu FREE")
    assert amounts(quoted()) == ("0.00", "0.00", "0.00")
    (product,) = quoted()["Products"]
    assert product["Fees"][0]["BaseAmount"] == "0.00"


@pytest.mark.parametrize(("net", "vat", "amount"), [
    (1, "19", ("0.01", "0.00", "0.01")),
    (3, "19", ("0.03", "0.01", "0.04")),
    (100_000_05, "7.7", ("100000.05", "7700.00", "107700.05")),
    (4900, "0", ("49.00", "0.00", "49.00")),
])  # fmt: skip
def test_amounts_have_two_decimals_and_add_up(
    net: int, vat: str, amount: tuple[str, str, str]
) -> None:
    Product.objects.filter(code="s").update(net_cents=net)
    set_own_rate(vat)
    add_product(by_cookie())
    assert amounts(quoted()) == amount


@pytest.mark.parametrize(("off", "amount", "discount"), [
    ({"percent": "10"}, ("44.10", "8.38", "52.48"), "4.90"),
    ({"percent": "33.33"}, ("32.67", "6.21", "38.88"), "16.33"),
    ({"percent": "100"}, ("0.00", "0.00", "0.00"), "49.00"),
    ({"amount_cents": 1000}, ("39.00", "7.41", "46.41"), "10.00"),
    ({"amount_cents": 4900}, ("0.00", "0.00", "0.00"), "49.00"),
    ({"amount_cents": 999_999}, ("0.00", "0.00", "0.00"), "49.00"),
])  # fmt: skip
def test_promotion_is_taken_off_the_net_price(
    off: dict[str, Any], amount: tuple[str, str, str], discount: str
) -> None:
    make_promotion(**off)
    add_product(by_cookie(), promoCode="SPRING")
    (product,) = quoted()["Products"]
    (fee,) = product["Fees"]
    assert (product["PromotionCode"], product["PromotionName"]) == ("SPRING", "Spring of film")
    assert (fee["BaseAmount"], fee["Discount"], fee["Amount"]) == ("49.00", discount, amount[0])
    assert amounts(quoted()) == amount


def test_added_member_costs_nothing() -> None:
    project = make_project()
    admin = by_password(project.client.client_admin.email, owner_id=by_cookie().owner_id)
    account = {"currency": "EUR", "language": "de", "accountNumber": project.client.pk}
    assert admin.put("/order/account", account).status_code == 200
    add_product(admin, displayName=None, projectId=project.pk)
    admin.put("/order/account/contactInfo/regular", CONTACT)
    quote = quoted()
    assert amounts(quote) == ("0.00", "0.00", "0.00")
    assert submit(admin, quoteHash=quote["Hash"]).status_code == 202
    order = the_order()
    assert (order.project_id, order.net_cents, order.complete) == (project.pk, 0, True)


def test_hash_stays_while_the_price_does_and_changes_with_it() -> None:
    number = add_product(by_cookie())
    first = quoted()["Hash"]
    by_cookie().put("/order/account", ACCOUNT)
    by_cookie().put(f"/order/product/{number}", {**PRODUCT, "displayName": "Other"})
    assert quoted()["Hash"] == first
    make_promotion(percent=10)
    seen = {first}
    for change in ({"offering": "m"}, {"promoCode": "SPRING"}, {"projectId": 7}):
        by_cookie().put(f"/order/product/{number}", {**PRODUCT, **change})
        seen.add(quoted()["Hash"])
    by_cookie().put(f"/order/product/{number}", PRODUCT)
    for price in ({"net_cents": 4901}, {"currency": "USD"}):
        Product.objects.filter(code="s").update(**price)
        seen.add(quoted()["Hash"])
    set_own_rate("20")
    seen.add(quoted()["Hash"])
    assert len(seen) == 7


@pytest.mark.parametrize("base", ["/order", "/orders/{hash}"])
def test_stale_hash_is_409_and_nothing_is_placed(base: str) -> None:
    fill(by_cookie())
    base = base.format(hash=the_order().order_hash)
    agreed = quoted()["Hash"]
    Product.objects.filter(code="s").update(net_cents=5000)
    answer = submit(by_cookie(), base, quoteHash=agreed)
    details = {"quoteHash": "is no longer the quote's Hash."}
    assert fault(answer) == (409, "conflict", details)
    order = the_order()
    assert (order.state, order.net_cents, order.events.count()) == ("new", 0, 1)
    assert fault(submit(by_cookie(), base, quoteHash="")) == (409, "conflict", details)
    assert submit(by_cookie(), base, quoteHash=quoted()["Hash"]).status_code == 202
    assert the_order().net_cents == 5000


def test_order_without_a_hash_is_placed_at_todays_price() -> None:
    fill(by_cookie())
    Product.objects.filter(code="s").update(net_cents=5000)
    assert submit(by_cookie(), quoteHash=None).status_code == 202
    assert the_order().net_cents == 5000


def test_quote_of_a_placed_order_is_as_it_was_agreed() -> None:
    make_promotion(percent=10, max_uses=1)
    fill(by_cookie())
    number = by_cookie().get("/order/account/products").json()["list"][0]["productId"]
    by_cookie().put(f"/order/product/{number}", {**PRODUCT, "promoCode": " spring"})
    agreed = quoted()
    assert submit(by_cookie(), quoteHash=agreed["Hash"]).status_code == 202
    Product.objects.filter(code="s").update(net_cents=1, name="Other")
    set_own_rate("7")
    assert quoted(f"/orders/{the_order().order_hash}/quote") == agreed
    order = the_order()
    assert (order.net_cents, order.discount_cents, order.promo_code) == (4410, 490, " spring")
    assert Promotion.objects.get().uses == 1


@pytest.mark.parametrize("ends", [
    {"valid_until": timezone.now() - timedelta(days=1)},
    {"valid_from": timezone.now() + timedelta(days=1)},
    {"max_uses": 0},
    {"code": "OTHER", "key": "other"},
])  # fmt: skip
def test_promotion_that_has_ended_is_refused_at_submit_and_not_quoted(
    ends: dict[str, Any],
) -> None:
    make_promotion(percent=10)
    fill(by_cookie())
    number = by_cookie().get("/order/account/products").json()["list"][0]["productId"]
    by_cookie().put(f"/order/product/{number}", {**PRODUCT, "promoCode": " spr\u200bing"})
    Promotion.objects.update(**ends)
    assert amounts(quoted()) == ("49.00", "9.31", "58.31")
    assert fault(submit(by_cookie())) == (
        400,
        "badRequest",
        {"promoCode": "is not valid now for this tier."},
    )
    assert the_order().state == "new"
