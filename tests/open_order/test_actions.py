"""Validate, submit, delete; and what is left to do once the order is placed."""

from typing import Any

import pytest

from shop.catalogue.models import Product
from shop.orders.models import Basket, Order, OrderEvent
from tests.factories import make_client, pack_all
from tests.open_order.calls import (
    ACCOUNT,
    CONTACT,
    OTHER,
    PRODUCT,
    PUTS,
    add_product,
    by_cookie,
    by_password,
    cookies,
    fault,
    fill,
    open_one,
    place,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db

REQUIRED = "is required."
NOTHING_IN = dict.fromkeys(("account", "products", "regular", "name"), REQUIRED)
COMPANY = {**CONTACT, "name": {**CONTACT["name"], "company": "Film & Söhne"}}


@pytest.fixture(params=["validate", "submit"])
def act(request: pytest.FixtureRequest) -> dict[str, str]:
    """The body of a call that demands completeness."""
    return {"action": request.param}


@pytest.mark.parametrize("slash", ["", "/"])
def test_complete_order_is_valid(base: str, slash: str) -> None:
    fill(by_cookie(), base)
    answer = by_cookie().post(f"{base}/action{slash}", {"action": "validate"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert the_order().state == "new"


@pytest.mark.parametrize("slash", ["", "/"])
def test_complete_order_is_submitted(base: str, slash: str) -> None:
    fill(by_cookie(), base)
    answer = by_cookie().post(f"{base}/action{slash}", {"action": "submit", "actionData": {"a": 1}})
    order = the_order()
    assert (answer.status_code, answer.content, cookies(answer)) == (202, b"", [])
    assert answer.headers["Location"] == f"http://testserver/orders/{order.order_hash}"
    assert "Content-Type" not in answer.headers
    assert (order.state, order.complete) == ("pending", True)
    assert list(order.events.values_list("previous", "state")) == [("", "new"), ("new", "pending")]


@pytest.mark.parametrize(("sent", "details"), [
    ({}, {"action": "is required."}),
    ({"action": "fly"}, {"action": "must be validate or submit."}),
    ({"action": 1}, {"action": "must be validate or submit."}),
    ({"action": "submit", "quoteHash": 1}, {"quoteHash": "must be a string."}),
    ({"action": "submit", "actionData": []}, {"actionData": "must be an object."}),
    ({"action": "submit", "force": True}, {"force": "is not known here."}),
    ([], {"base": "must be an object."}),
])  # fmt: skip
def test_action_with_a_fault_is_refused_by_name(
    base: str, sent: Any, details: dict[str, str]
) -> None:
    fill(by_cookie(), base)
    assert fault(by_cookie().post(f"{base}/action", sent)) == (400, "badRequest", details)
    assert the_order().state == "new"


def test_empty_order_lacks_everything(base: str, act: dict[str, str]) -> None:
    assert fault(by_cookie().post(f"{base}/action", act)) == (400, "badRequest", NOTHING_IN)


def test_no_order_lacks_the_same(act: dict[str, str]) -> None:
    assert fault(by_cookie().post("/order/action", act)) == (400, "badRequest", NOTHING_IN)


NOTHING: dict[str, Any] = {"account": ACCOUNT, "product": PRODUCT, "regular": CONTACT}


@pytest.mark.parametrize(("put", "lacks"), [
    ({}, []),
    ({"account": None}, ["account", "name"]),
    ({"product": None}, ["products"]),
    ({"regular": None}, ["regular"]),
    ({"product": {"offering": "s"}}, ["displayName"]),
    ({"account": {"currency": "EUR", "language": "de"}}, ["name"]),
    ({"account": {"currency": "EUR", "language": "de"}, "regular": COMPANY}, []),
    ({"account": None, "product": None}, ["account", "products", "name"]),
    ({"account": None, "regular": COMPANY}, ["account"]),
])  # fmt: skip
def test_incomplete_order_is_refused_by_what_is_missing(
    put: dict[str, Any], lacks: list[str], act: dict[str, str]
) -> None:
    program, has = by_cookie(), {**NOTHING, **put}
    open_one(program)
    if has["account"]:
        assert program.put("/order/account", has["account"]).status_code == 200
    if has["product"]:
        assert program.post("/order/account/products", has["product"]).status_code == 201
    if has["regular"]:
        path = "/order/account/contactInfo/regular"
        assert program.put(path, has["regular"]).status_code == 200
    program.put("/order/account/contactInfo/billing", COMPANY)
    answer = program.post("/order/action", act)
    if lacks:
        assert fault(answer) == (400, "badRequest", dict.fromkeys(lacks, REQUIRED))
        assert the_order().state == "new"
    else:
        assert answer.status_code in {202, 204}


def test_company_names_the_client_where_the_account_does_not() -> None:
    fill(by_cookie())
    by_cookie().put("/order/account", {"currency": "EUR", "language": "de"})
    by_cookie().put("/order/account/contactInfo/regular", COMPANY)
    submit(by_cookie())
    assert (the_order().client_name, the_order().language) == ("Film & Söhne", "de")


def test_account_goes_before_the_company() -> None:
    fill(by_cookie())
    by_cookie().put("/order/account/contactInfo/regular", COMPANY)
    submit(by_cookie())
    assert the_order().client_name == "Constantin Film"


def test_account_number_goes_before_the_company() -> None:
    client = make_client()
    admin = by_password(client.client_admin.email, owner_id=OTHER)
    fill(admin)
    numbered = {"currency": "EUR", "language": "fr", "accountNumber": client.pk}
    admin.put("/order/account", numbered)
    admin.put("/order/account/contactInfo/regular", COMPANY)
    assert submit(admin).status_code == 202
    order = the_order()
    assert (order.client_id, order.client_name, order.language) == (client.pk, None, "de")
    pack_all()
    assert the_order().delivered_client == client


def test_quote_that_is_no_longer_true_is_not_valid(base: str) -> None:
    fill(by_cookie(), base)
    agreed = by_cookie().get(f"{base}/quote").json()["quote"]["Hash"]
    asked = {"action": "validate", "quoteHash": agreed}
    assert by_cookie().post(f"{base}/action", asked).status_code == 204
    Product.objects.filter(code="s").update(net_cents=1)
    told = {"quoteHash": "is no longer the quote's Hash."}
    assert fault(by_cookie().post(f"{base}/action", asked)) == (409, "conflict", told)
    asked["action"] = "submit"
    assert fault(by_cookie().post(f"{base}/action", asked)) == (409, "conflict", told)


def test_after_submit_there_is_nothing_open_to_validate() -> None:
    place(by_cookie())
    answer = by_cookie().post("/order/action", {"action": "validate"})
    assert fault(answer) == (400, "badRequest", NOTHING_IN)


AFTER: list[tuple[str, str, Any, str]] = [
    ("DELETE", "", None, "GET, HEAD, OPTIONS"),
    *(("PUT", f"/{path}", body, "GET, HEAD, OPTIONS") for path, body in PUTS.items()),
    ("DELETE", "/account/contactInfo/regular", None, "GET, HEAD, OPTIONS"),
    ("POST", "/account/products", PRODUCT, "GET, HEAD, OPTIONS"),
    ("PUT", "/account/products/{product}", PRODUCT, "GET, HEAD, OPTIONS"),
    ("DELETE", "/account/products/{product}", None, "GET, HEAD, OPTIONS"),
    ("POST", "/action", {"action": "validate"}, "OPTIONS"),
]


@pytest.mark.parametrize("packed", [False, True])
def test_writing_after_submit_is_405(packed: bool) -> None:
    base = f"/orders/{place(by_cookie()).order_hash}"
    if packed:
        pack_all()
    before = Basket.objects.values().get()
    (item,) = by_cookie().get(f"{base}/account/products").json()["list"]
    for method, path, body, allow in AFTER:
        address = base + path.format(product=item["productId"])
        for slash in ("", "/"):
            answer = by_cookie().call(method, address + slash, body)
            assert fault(answer) == (405, "badMethod", "")
            assert answer.headers["Allow"] == allow
        told = by_cookie().call("OPTIONS", address)
        assert (told.status_code, told.headers["Allow"]) == (200, allow)
    assert Basket.objects.values().get() == before


def test_everything_is_still_read_after_submit() -> None:
    program = by_cookie()
    for path, body in PUTS.items():
        assert program.put(f"/order/{path}", body).status_code == 200
    number = add_product(program)
    paths = [
        *PUTS,
        "quote",
        *(f"account/{path}" for path in ("contactInfo", "products", f"products/{number}")),
    ]
    explicit = f"/orders/{the_order().order_hash}"
    before = [program.get(f"{explicit}/{path}").json() for path in paths]
    assert submit(program).status_code == 202
    after = [program.get(f"{explicit}/{path}").json() for path in paths]
    assert after[:-2] == before[:-2]
    assert (before[-1]["status"], after[-1]["status"]) == ("new", "pending")


def test_order_is_deleted_with_all_it_holds(base: str) -> None:
    fill(by_cookie(), base)
    hash_ = the_order().order_hash
    answer = by_cookie().delete(base)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Order.objects.exists()
    assert not Basket.objects.exists()
    assert not OrderEvent.objects.exists()
    for path in ("/order", f"/orders/{hash_}"):
        assert by_cookie().get(path).status_code == 404
        assert by_cookie().delete(f"{path}/").status_code == 404


def test_after_deleting_there_may_be_another() -> None:
    first = open_one(by_cookie())
    by_cookie().delete("/order/")
    second = open_one(by_cookie())
    assert first.order_hash != second.order_hash


def test_each_new_order_of_an_owner_begins_empty() -> None:
    place(by_cookie())
    by_cookie().put("/order/account/user", {"userName": "custy1"})
    assert by_cookie().get("/order/account").status_code == 404
    assert by_cookie().get("/order/account/products").json()["list"] == []
    assert Order.objects.count() == 2


def test_order_whose_tier_is_retired_meanwhile_is_refused(act: dict[str, str]) -> None:
    fill(by_cookie())
    Product.objects.filter(code="s").update(listed=False)
    answer = by_cookie().post("/order/action", act)
    details = {"offering": "is not a tier that can be ordered."}
    assert fault(answer) == (400, "badRequest", details)
    assert the_order().state == "new"
