"""The product of an order, and what its tier delivers."""

from typing import Any
from uuid import uuid4

import pytest

from shop.catalogue.models import Product
from shop.orders.models import State
from shop.orders.states import transition
from tests.factories import make_order, make_project, pack_all
from tests.open_order.calls import (
    OTHER,
    PRODUCT,
    add_product,
    by_cookie,
    fault,
    fill,
    open_one,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db

ROOT = "http://testserver"
CODES = ["Starter", "Commercial", "Studio", "Dailies", "Yamdu FREE", "s", "m", "l", "xl"]
NO_TIER = {"offering": "is not a tier that can be ordered."}
SERVICES = ["client", "project", "members"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_product_is_posted_and_read(base: str, slash: str) -> None:
    posted = by_cookie().post(f"{base}/account/products{slash}", PRODUCT)
    number = posted.json()["productId"]
    url = f"{ROOT}{base}/account/products/{number}"
    assert posted.status_code == 201
    assert posted.headers["Location"] == f"{url}/"
    assert posted.json() == {"url": f"{url}/", "productId": number}
    item = {
        "status": "new",
        "productId": number,
        "services": f"{url}/services",
        "offering": f"{ROOT}/tiers/s/",
        "displayName": "OSD Yamdu Free",
        "projectId": None,
        "promoCode": None,
        "interval": "month",
        "links": [{"href": f"{url}/", "rel": "self"}],
    }
    assert by_cookie().get(f"{base}/account/products/{number}{slash}").json() == item
    assert by_cookie().get(f"{base}/account/products{slash}").json() == {
        "list": [item],
        "links": [
            {"href": f"{ROOT}{base}/account/products", "rel": "self"},
            {"href": f"{ROOT}/api/products", "rel": "offerings"},
            {"href": f"{ROOT}/api/products/s", "rel": "offering"},
        ],
    }


def test_order_without_a_product_has_an_empty_list(base: str) -> None:
    assert by_cookie().get(f"{base}/account/products").json()["list"] == []
    assert by_cookie().get(f"{base}/account/products/None").status_code == 404
    assert by_cookie().get(f"{base}/account/products/None/services").status_code == 404


@pytest.mark.parametrize("code", CODES)
def test_tier_is_named_by_its_code_or_its_address(code: str) -> None:
    slug = Product.objects.get(code=code).slug
    offering = f"{ROOT}/tiers/{slug}/"
    for name in (code, offering, f"{ROOT}/api/products/{slug}"):
        program = by_cookie(str(uuid4()))
        number = add_product(program, offering=name)
        shown = program.get(f"/order/account/products/{number}").json()
        assert shown["offering"] == offering


@pytest.mark.parametrize("offering", [
    "S", "yamdu free", "unknown", "/tiers/s/", "https://elsewhere.example/tiers/s/",
    f"{ROOT}/api/products", f"{ROOT}/tiers/S/", f"{ROOT}/tiers/", f"{ROOT}", f"{ROOT}.example/tiers/s/", f"{ROOT}/[",
])  # fmt: skip
def test_what_is_no_tier_is_refused(offering: str) -> None:
    answer = by_cookie().post("/order/account/products", {**PRODUCT, "offering": offering})
    assert fault(answer) == (400, "badRequest", NO_TIER)


@pytest.mark.parametrize(
    "offering", ["m", f"{ROOT}/tiers/m/", f"{ROOT}/tiers/m", f"{ROOT}/api/products/m"]
)
def test_retired_tier_is_refused_like_an_unknown_one(offering: str) -> None:
    assert add_product(by_cookie(OTHER), offering=offering)
    Product.objects.filter(code="m").update(listed=False)
    answer = by_cookie().post("/order/account/products", {**PRODUCT, "offering": offering})
    assert fault(answer) == (400, "badRequest", NO_TIER)


def test_tier_that_is_retired_after_it_was_chosen_is_named_by_its_code(base: str) -> None:
    number = add_product(by_cookie(), base, offering="Yamdu FREE")
    product = f"{base}/account/products/{number}"
    assert by_cookie().get(product).json()["offering"] == f"{ROOT}/tiers/yamdu-free/"
    Product.objects.filter(code="Yamdu FREE").update(listed=False)
    assert by_cookie().get(product).json()["offering"] == "Yamdu FREE"
    (line,) = by_cookie().get(f"{base}/quote").json()["quote"]["Products"]
    assert line["Offering"] == "Yamdu FREE"
    rels = [link["rel"] for link in by_cookie().get(f"{base}/quote").json()["links"]]
    assert rels == ["self", "offerings"]


@pytest.mark.parametrize(("member", "value", "text"), [
    ("offering", None, "is required."),
    ("displayName", "", "must not be blank."),
    ("displayName", "x" * 201, "must have at most 200 characters."),
    ("projectId", "1", "must be an integer."),
    ("promoCode", "NONE", "is not valid now for this tier."),
    ("existingProductUrl", "https://a.example", "is not accepted: send projectId to add to a project."),
    ("partnerId", 1, "is not known here."),
])  # fmt: skip
def test_product_with_a_fault_is_refused_by_name(member: str, value: Any, text: str) -> None:
    answer = by_cookie().post("/order/account/products", {**PRODUCT, member: value})
    assert fault(answer) == (400, "badRequest", {member: text})


def test_second_product_is_409(base: str) -> None:
    number = add_product(by_cookie(), base)
    answer = by_cookie().post(f"{base}/account/products", {**PRODUCT, "offering": "m"})
    assert fault(answer) == (409, "conflict", "")
    (item,) = by_cookie().get(f"{base}/account/products").json()["list"]
    assert (item["productId"], the_order().product.code) == (number, "s")


def test_product_is_replaced_and_keeps_its_id(base: str) -> None:
    number = add_product(by_cookie(), base)
    address = f"{base}/account/products/{number}"
    answer = by_cookie().put(address, {"offering": "m", "projectId": 7})
    assert answer.status_code == 200
    assert answer.json() == by_cookie().get(address).json()
    shown = {name: answer.json()[name] for name in ("productId", "displayName", "projectId")}
    assert shown == {"productId": number, "displayName": None, "projectId": 7}
    assert the_order().product.code == "m"
    answer = by_cookie().put(address, {"displayName": "Film"})
    assert fault(answer) == (400, "badRequest", {"offering": "is required."})


def test_product_in_another_currency_does_not_replace(base: str) -> None:
    Product.objects.filter(code="m").update(currency="USD")
    number = add_product(by_cookie(), base)
    by_cookie().put(f"{base}/account", {"currency": "EUR", "language": "de"})
    answer = by_cookie().put(f"{base}/account/products/{number}", {"offering": "m"})
    assert fault(answer) == (409, "conflict", "")
    assert the_order().product.code == "s"


def test_product_is_deleted_and_another_takes_its_place(base: str) -> None:
    number = add_product(by_cookie(), base)
    gone = by_cookie().delete(f"{base}/account/products/{number}/")
    assert (gone.status_code, gone.content) == (204, b"")
    assert the_order().product_id is None
    for method in ("GET", "PUT", "DELETE"):
        answer = by_cookie().call(method, f"{base}/account/products/{number}", PRODUCT)
        assert answer.status_code == 404
    assert by_cookie().get(f"{base}/account/products/{number}/services").status_code == 404
    assert add_product(by_cookie(), base, offering="m") != number


def test_alias_is_the_same_with_links_of_its_own(base: str) -> None:
    number = add_product(by_cookie(), base)
    url = f"{ROOT}/order/product/{number}"
    shown = by_cookie().get(f"/order/product/{number}").json()
    assert shown == by_cookie().get(f"/order/product/{number}/").json()
    assert shown["services"] == f"{url}/services"
    assert shown["links"] == [{"href": f"{url}/", "rel": "self"}]
    listed = by_cookie().get(f"/order/product/{number}/services").json()
    assert listed["links"] == [{"href": f"{url}/services", "rel": "self"}]
    assert listed["list"][0]["links"] == [{"href": f"{url}/services/client/", "rel": "self"}]
    answer = by_cookie().put(f"/order/product/{number}", {"offering": "l"})
    assert (answer.status_code, answer.json()["links"]) == (200, shown["links"])
    told = by_cookie().call("OPTIONS", f"/order/product/{number}/")
    assert told.headers["Allow"] == "GET, PUT, DELETE, HEAD, OPTIONS"
    assert by_cookie().delete(f"/order/product/{number}").status_code == 204
    assert the_order().product_id is None


@pytest.mark.parametrize("path", ["product", "product/", "account/product/1"])
def test_alias_is_for_one_product_alone(base: str, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert by_cookie().call(method, f"{base}/{path}", PRODUCT).status_code == 404


def test_alias_is_of_the_shorthand_alone() -> None:
    order = open_one(by_cookie())
    number = add_product(by_cookie())
    assert by_cookie().get(f"/orders/{order.order_hash}/product/{number}").status_code == 404


@pytest.mark.parametrize("slash", ["", "/"])
def test_services_are_what_the_tier_delivers(base: str, slash: str) -> None:
    number = add_product(by_cookie(), base)
    path = f"{base}/account/products/{number}/services"
    services = [
        {
            "status": "new",
            "serviceId": name,
            "name": name,
            "links": [{"href": f"{ROOT}{path}/{name}/", "rel": "self"}],
            **({"quantity": Product.objects.get(code="s").members} if name == "members" else {}),
        }
        for name in SERVICES
    ]
    assert by_cookie().get(f"{path}{slash}").json() == {
        "list": services,
        "links": [{"href": f"{ROOT}{path}", "rel": "self"}],
    }
    for service in services:
        shown = by_cookie().get(f"{path}/{service['name']}{slash}").json()
        assert shown == service
    assert by_cookie().get(f"{path}/domains").status_code == 404
    assert fault(by_cookie().post(f"{path}{slash}", {}))[0] == 404
    told = by_cookie().call("OPTIONS", f"{path}{slash}")
    assert told.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert by_cookie().put(f"{path}/client", {}).status_code == 405


def statuses() -> list[str]:
    """Of the order's product and its services."""
    order = the_order()
    base = f"/orders/{order.order_hash}/account/products"
    (item,) = by_cookie().get(base).json()["list"]
    services = by_cookie().get(f"{base}/{item['productId']}/services").json()["list"]
    return [item["status"], *(service["status"] for service in services)]


def test_statuses_go_from_new_by_pending_to_open() -> None:
    fill(by_cookie())
    seen = [statuses()]
    submit(by_cookie())
    seen.append(statuses())
    pack_all()
    seen.append(statuses())
    assert seen == [["new"] * 4, ["pending"] * 4, ["open"] * 4]


def test_statuses_of_a_cancelled_order_are_closed() -> None:
    fill(by_cookie())
    submit(by_cookie())
    assert transition(the_order(), State.CANCELLED)
    assert statuses() == ["closed"] * 4


def test_product_of_an_order_of_the_orders_api_is_not_here() -> None:
    order = make_order()
    assert by_cookie().get(f"/orders/{order.order_hash}/account/products").status_code == 404


def test_project_of_somebody_else_is_told_at_submit_alone() -> None:
    project = make_project()
    number = add_product(by_cookie(), projectId=project.pk, displayName=None)
    shown = by_cookie().get(f"/order/product/{number}").json()
    assert (shown["projectId"], shown["displayName"]) == (project.pk, None)
    assert "accountNumber" in fault(submit(by_cookie()))[2]
