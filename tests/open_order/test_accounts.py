"""The account, and what holds for all that is put beside it."""

from typing import Any

import pytest

from shop.open_order.mapping import account_of
from tests.factories import make_client, make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    OTHER,
    OWNER,
    PRODUCT,
    PUTS,
    Program,
    by_cookie,
    by_password,
    by_token,
    fault,
    fill,
    open_one,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db

ROOT = "http://testserver"
NOT_YOURS = {
    "accountNumber": "needs a caller who is authenticated as the client_admin of this client."
}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", PUTS)
def test_what_was_put_is_read_with_or_without_slash(base: str, path: str, slash: str) -> None:
    address = f"{base}/{path}"
    assert fault(by_cookie().get(address))[:2] == (404, "itemNotFound")
    assert by_cookie().call("OPTIONS", address + slash).status_code == 200
    put = by_cookie().put(address + slash, PUTS[path])
    read = by_cookie().get(address + slash)
    assert (put.status_code, read.status_code) == (200, 200)
    assert put.json() == read.json()
    assert read.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert read.headers["Cache-Control"] == "no-store"
    assert read.json()["links"] == [{"href": f"{ROOT}{address}", "rel": "self"}]
    head = by_cookie().call("HEAD", address + slash)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(("path", "allow"), [
    ("account", "GET, PUT, HEAD, OPTIONS"),
    ("account/contactInfo", "GET, HEAD, OPTIONS"),
    ("account/contactInfo/regular", "GET, PUT, DELETE, HEAD, OPTIONS"),
    ("account/user", "GET, PUT, HEAD, OPTIONS"),
    ("account/paymentInfo", "GET, PUT, HEAD, OPTIONS"),
    ("account/products", "GET, POST, HEAD, OPTIONS"),
    ("attributes", "GET, PUT, HEAD, OPTIONS"),
    ("quote", "GET, HEAD, OPTIONS"),
    ("action", "POST, OPTIONS"),
])  # fmt: skip
def test_methods_of_a_child_are_told_and_no_others_taken(base: str, path: str, allow: str) -> None:
    told = by_cookie().call("OPTIONS", f"{base}/{path}")
    assert (told.status_code, told.json(), told.headers["Allow"]) == (200, {}, allow)
    others = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE"} - set(allow.split(", "))
    for method in others:
        answer = by_cookie().call(method, f"{base}/{path}", {})
        assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


def test_methods_of_the_order_itself_are_told() -> None:
    order = open_one(by_cookie())
    answer = by_cookie().call("OPTIONS", "/order")
    assert (answer.status_code, answer.headers["Allow"]) == (
        200,
        "GET, POST, DELETE, HEAD, OPTIONS",
    )
    answer = by_cookie().call("OPTIONS", f"/orders/{order.order_hash}")
    assert (answer.status_code, answer.headers["Allow"]) == (200, "GET, DELETE, HEAD, OPTIONS")


def test_account_links_to_its_parts_as_far_as_they_are_there(base: str) -> None:
    by_cookie().put(f"{base}/account", ACCOUNT)
    account = {
        "currency": "EUR",
        "language": "en-US",
        "name": "Constantin Film",
        "contactInfo": f"{ROOT}{base}/account/contactInfo",
        "products": f"{ROOT}{base}/account/products",
        "links": [{"href": f"{ROOT}{base}/account", "rel": "self"}],
    }
    assert by_cookie().get(f"{base}/account").json() == account
    for path in ("account/user", "account/paymentInfo"):
        by_cookie().put(f"{base}/{path}", PUTS[path])
    assert by_cookie().get(f"{base}/account").json() == {
        **account,
        "user": f"{ROOT}{base}/account/user",
        "paymentInfo": f"{ROOT}{base}/account/paymentInfo",
    }


def test_put_replaces_the_whole_resource(base: str) -> None:
    by_cookie().put(f"{base}/account", ACCOUNT)
    by_cookie().put(f"{base}/account", {"currency": "USD", "language": "de", "name": None})
    shown = by_cookie().get(f"{base}/account").json()
    assert (shown["currency"], shown["language"], "name" in shown) == ("USD", "de", False)


@pytest.mark.parametrize("currency", ["EUR", "USD", "JPY", "CHF", "XAU"])
def test_any_currency_of_iso_4217_is_taken(currency: str) -> None:
    answer = by_cookie().put("/order/account", {"currency": currency, "language": "de"})
    assert (answer.status_code, answer.json()["currency"]) == (200, currency)


@pytest.mark.parametrize(
    "tag",
    ["de", "EN-us", "zh-Hant-TW", "sl-rozaj-biske", "de-CH-1901", "x-klingon", "i-klingon",
     "en-u-ca-buddhist", "es-419", "mas", "qaa-Qaaa-QM-x-southern"],
)  # fmt: skip
def test_any_well_formed_language_tag_is_taken(tag: str) -> None:
    answer = by_cookie().put("/order/account", {"currency": "EUR", "language": tag})
    assert (answer.status_code, answer.json()["language"]) == (200, tag)


@pytest.mark.parametrize(
    ("tag", "language"), [("de-AT", "de"), ("EN-us", "en"), ("fr", None), ("x-de", None)]
)
def test_order_is_in_the_language_of_the_account_if_we_speak_it(
    tag: str, language: str | None
) -> None:
    before = {"de": "en"}.get(language or "", "de")
    for each in (before, tag):
        answer = by_cookie().put("/order/account", {"currency": "EUR", "language": each})
        assert answer.status_code == 200
    assert the_order().basket.document.get("language") == language


@pytest.mark.parametrize(("member", "value", "text"), [
    ("currency", None, "is required."),
    ("currency", "eur", "must be a currency code of ISO 4217."),
    ("currency", "DEM", "must be a currency code of ISO 4217."),
    ("currency", "978", "must be a currency code of ISO 4217."),
    ("currency", "", "must not be blank."),
    ("currency", 978, "must be a string."),
    ("language", None, "is required."),
    ("language", "d", "must be a well-formed language tag."),
    ("language", "de_DE", "must be a well-formed language tag."),
    ("language", "de-", "must be a well-formed language tag."),
    ("language", "en-a", "must be a well-formed language tag."),
    ("accountNumber", "1", "must be an integer."),
    ("accountNumber", 0, "must be an integer from 1 to 9223372036854775807."),
    ("accountNumber", True, "must be an integer."),
    ("name", " ", "must not be blank."),
    ("name", "x" * 201, "must have at most 200 characters."),
    ("attributes", [], "is not known here."),
    ("Currency", "EUR", "is not known here."),
    ("colour", None, "is not known here."),
])  # fmt: skip
def test_account_with_a_fault_is_refused_by_name(member: str, value: Any, text: str) -> None:
    answer = by_cookie().put("/order/account", {**ACCOUNT, member: value})
    assert fault(answer) == (400, "badRequest", {member: text})


def test_every_fault_is_told_at_once() -> None:
    answer = by_cookie().put("/order/account", {"name": "", "colour": "red"})
    assert fault(answer)[2] == {
        "currency": "is required.",
        "language": "is required.",
        "name": "must not be blank.",
        "colour": "is not known here.",
    }


@pytest.mark.parametrize("first", ["account", "product"])
def test_other_currency_than_the_tiers_is_409_in_either_order(base: str, first: str) -> None:
    dollars = {**ACCOUNT, "currency": "USD"}
    if first == "account":
        assert by_cookie().put(f"{base}/account", dollars).status_code == 200
        answer = by_cookie().post(f"{base}/account/products", PRODUCT)
    else:
        assert by_cookie().post(f"{base}/account/products", PRODUCT).status_code == 201
        answer = by_cookie().put(f"{base}/account", dollars)
    assert fault(answer) == (409, "conflict", "")
    order = the_order()
    assert (order.product is None, account_of(order.basket) is None) == (
        (True, False) if first == "account" else (False, True)
    )


def test_account_number_is_for_its_client_admin(base: str) -> None:
    client = make_client()
    numbered = {"currency": "EUR", "language": "de", "accountNumber": client.pk}
    programs = [
        by_cookie(),
        by_password(make_user().email, owner_id=OWNER),
        by_token(make_token(make_user()), OWNER),
    ]
    for program in programs:
        answer = program.put(f"{base}/account", numbered)
        assert fault(answer) == (403, "forbidden", NOT_YOURS)
        unknown = program.put(f"{base}/account", {**numbered, "accountNumber": 2**62})
        assert fault(unknown) == fault(answer)
    for program in (
        by_password(client.client_admin.email, owner_id=OWNER),
        by_token(make_token(client.client_admin), OWNER),
    ):
        assert program.put(f"{base}/account", numbered).json()["accountNumber"] == client.pk


def test_cookie_alone_never_submits_for_a_client() -> None:
    client = make_client()
    admin = by_password(client.client_admin.email, owner_id=OTHER)
    fill(admin)
    numbered = {"currency": "EUR", "language": "de", "accountNumber": client.pk}
    assert admin.put("/order/account", numbered).status_code == 200
    for program in (by_cookie(OTHER), by_token(make_token(make_user()), OTHER)):
        assert fault(submit(program)) == (403, "forbidden", NOT_YOURS)
        validate = program.post("/order/action", {"action": "validate"})
        assert fault(validate) == (403, "forbidden", NOT_YOURS)
    assert the_order().state == "new"
    assert submit(admin).status_code == 202
    order = the_order()
    assert (order.client_id, order.client_name, order.token_user) == (
        client.pk,
        None,
        client.client_admin,
    )


def test_who_was_client_admin_no_longer_submits_for_the_client() -> None:
    client = make_client()
    admin = by_password(client.client_admin.email, owner_id=OWNER)
    fill(admin)
    numbered = {"currency": "EUR", "language": "de", "accountNumber": client.pk}
    assert admin.put("/order/account", numbered).status_code == 200
    client.client_admin = make_user()
    client.save()
    assert fault(submit(admin)) == (403, "forbidden", NOT_YOURS)


def test_nobody_needs_an_account_to_put_its_children() -> None:
    program = Program(OWNER)
    statuses = [program.put(f"/order/{path}", PUTS[path]).status_code for path in list(PUTS)[1:]]
    assert statuses == [200] * 7
    assert program.get("/order/account").status_code == 404
