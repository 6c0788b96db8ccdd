"""Orders of `/api/orders` at their explicit address: their resources are made of their document."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.catalogue.models import Product, Promotion
from shop.orders.cancellation import ActedBy, cancel
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import (
    BILLING,
    make_application,
    make_order,
    make_project,
    make_token,
    make_user,
    pack_all,
    set_own_rate,
)
from tests.open_order.calls import Program, by_cookie, by_password, by_token, fault, fill, submit
from tests.pages import visitor

pytestmark = pytest.mark.django_db

ROOT = "http://testserver"
NAMES = {"user_first_name": "Nina", "user_last_name": "Nagel", "user_login": "nina"}


def ordered(**members: Any) -> tuple[Program, str, Order]:
    """A program, the address of an order that it placed, and the order."""
    application = make_application()
    order = make_order(caller=Caller(application), **members)
    return by_token(make_token(application)), f"/orders/{order.order_hash}", order


def shown(program: Program, path: str) -> dict[str, Any]:
    """Return the answer at `path` without its links."""
    answer = program.get(path)
    assert answer.status_code == 200, path
    return {name: value for name, value in answer.json().items() if name != "links"}


def test_account_is_the_client_and_the_currency_and_language_of_the_order() -> None:
    program, path, _order = ordered(**NAMES, language="en")
    assert program.get(path).json()["order"]["Account"] == f"{ROOT}{path}/account"
    assert shown(program, f"{path}/account") == {
        "currency": "EUR",
        "language": "en",
        "name": "Constantin Film",
        "contactInfo": f"{ROOT}{path}/account/contactInfo",
        "user": f"{ROOT}{path}/account/user",
        "products": f"{ROOT}{path}/account/products",
    }
    assert shown(program, f"{path}/account/user") == {"userName": "nina"}


def test_contacts_are_the_first_member_and_who_is_billed() -> None:
    program, path, _order = ordered(**NAMES, billing=BILLING)
    regular = {
        "name": {"firstName": "Nina", "lastName": "Nagel"},
        "contactMedia": {"email1": "nicecustomer@gmx.com"},
    }
    contacts = f"{path}/account/contactInfo"
    assert shown(program, f"{contacts}/regular") == regular
    billing = shown(program, f"{contacts}/billing")
    assert billing["address"]["street1"] == BILLING["street"]
    assert (billing["vatId"], billing["customerType"]) == (BILLING["vat_id"], "company")
    assert shown(program, contacts) == {"contactInfo": {"regular": regular, "billing": billing}}
    assert program.get(f"{contacts}/technical").status_code == 404


def test_contact_without_names_has_what_is_known() -> None:
    program, path, _order = ordered()
    contacts = f"{path}/account/contactInfo"
    regular = {"name": {}, "contactMedia": {"email1": "nicecustomer@gmx.com"}}
    assert shown(program, contacts) == {"contactInfo": {"regular": regular}}


def test_product_is_the_tier_and_its_id_stays() -> None:
    program, path, order = ordered(interval="month")
    (item,) = shown(program, f"{path}/account/products")["list"]
    number = item["productId"]
    assert number != order.order_hash
    url = f"{ROOT}{path}/account/products/{number}"
    assert item == {
        "status": "pending",
        "productId": number,
        "services": f"{url}/services",
        "offering": f"{ROOT}/tiers/s/",
        "displayName": "OSD Yamdu Free",
        "projectId": None,
        "promoCode": None,
        "interval": "month",
        "links": [{"href": f"{url}/", "rel": "self"}],
    }
    pack_all()
    item = program.get(f"{path}/account/products/{number}").json()
    assert (item["status"], item["productId"]) == ("open", number)
    services = shown(program, f"{path}/account/products/{number}/services")["list"]
    assert [each["status"] for each in services] == ["open", "open", "open"]
    assert program.get(f"{path}/account/products/{number}/services/members").status_code == 200
    assert program.get(f"{path}/account/products/{order.order_hash}").status_code == 404


def test_quote_is_what_was_agreed() -> None:
    Promotion.objects.create(code="SPRING", name="Spring of film", percent=10, months=3)
    program, path, order = ordered(promo_code="spring")
    Product.objects.filter(code="s").update(net_cents=9900)
    Promotion.objects.update(valid_until=timezone.now() - timedelta(days=1))
    set_own_rate("20")
    quote = shown(program, f"{path}/quote")["quote"]
    headers = {"Authorization": program.authorization}
    price = visitor().get(f"/api{path}", headers=headers).json()["data"]["order"]["price"]
    assert (quote["SubTotal"], quote["TaxTotal"], quote["Total"]) == ("44.10", "8.38", "52.48")
    assert (price["net"], price["vat"], price["gross"]) == ("44.10", "8.38", "52.48")
    assert len(quote["Hash"]) == 40
    ((line,), (item,)) = quote["Products"], shown(program, f"{path}/account/products")["list"]
    assert line["PlanNumber"] == item["productId"]
    assert (line["PromotionCode"], line["PromotionName"]) == ("spring", "Spring of film")
    (fee,) = line["Fees"]
    assert (fee["BaseAmount"], fee["Discount"], fee["Amount"]) == ("49.00", "4.90", "44.10")
    order.refresh_from_db()
    assert cancel(order, None, by=ActedBy.PROGRAM)
    assert shown(program, f"{path}/quote")["quote"] == quote


def test_order_by_the_year_is_quoted_by_the_year() -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    program, path, _order = ordered(interval="year")
    quote = shown(program, f"{path}/quote")["quote"]
    assert quote["SubTotal"] == "490.00"
    assert quote["Products"][0]["Fees"][0]["MonthlyCycle"] == "12"


def test_order_that_adds_a_member_costs_nothing_and_names_client_and_project() -> None:
    project = make_project()
    admin = project.client.client_admin
    ids = {"client_id": project.client_id, "project_id": project.pk}
    unnamed = {"client_name": None, "project_name": None}
    order = make_order("s", Caller(user=admin), admin, **ids, **unnamed)
    program, path = by_password(admin.email), f"/orders/{order.order_hash}"
    assert shown(program, f"{path}/account")["accountNumber"] == project.client_id
    (item,) = shown(program, f"{path}/account/products")["list"]
    assert (item["projectId"], item["displayName"]) == (project.pk, None)
    quote = shown(program, f"{path}/quote")["quote"]
    assert (quote["SubTotal"], quote["TaxTotal"], quote["Total"]) == ("0.00", "0.00", "0.00")


def test_attributes_are_the_webhooks_address_alone() -> None:
    uri = "https://hooks.partner.example/slate"
    program, path, _order = ordered(redirection_uri=uri)
    assert shown(program, f"{path}/attributes") == {
        "list": [{"name": "redirection_uri", "value": uri}]
    }


def test_nobody_but_who_placed_it_sees_its_resources() -> None:
    program, path, _order = ordered()
    others = [by_cookie(), by_password(make_user().email), by_token(make_token(make_user()))]
    others.append(by_token(make_token(make_application("Other"))))
    for child in ("", "/account", "/account/products", "/quote"):
        assert program.get(f"{path}{child}").status_code == 200
        for other in others:
            assert fault(other.get(f"{path}{child}")) == (404, "itemNotFound", "")


def test_it_cannot_be_changed_or_submitted_here() -> None:
    program, path, _order = ordered()
    fill(by_cookie())
    put = program.put(f"{path}/account", {"currency": "EUR", "language": "de"})
    assert (put.status_code, put.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    again = submit(program, path)
    assert (again.status_code, again.headers["Location"]) == (409, f"{ROOT}{path}")
    assert Order.objects.filter(basket__isnull=True).count() == 1
