"""The description of the open order in `/api/openapi.json` is complete and true."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.catalogue.models import Product
from shop.guide.pages import CHANGES
from shop.guide.reference import members, resolved
from shop.guide.schema import describe
from shop.open_order.open_order_openapi import resources
from shop.openapi import ref
from tests.api.rules import faults
from tests.open_order.calls import OTHER, Program, by_cookie, fill, submit

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"
SUBMIT = {"action": "submit"}


@pytest.fixture
def description() -> dict[str, Any]:
    return describe(SHOP)


@pytest.fixture
def elsewhere(settings: Settings) -> None:
    """Answers are as in the examples: links begin with their address."""
    settings.DEMO = False
    settings.BASE_URL = SHOP


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if operation["tags"] == ["Open order"]:
                yield path, method, operation


def filled(program: Program) -> Program:
    """`program`, with an order that can be submitted."""
    fill(program)
    return program


def test_every_member_is_told(description: dict[str, Any]) -> None:
    for name, schema in description["components"]["schemas"].items():
        if "properties" in schema:
            rows = members(name, description)
            assert {row.name for row in rows} >= schema["properties"].keys()
            assert all(row.text for row in rows), name


def test_every_resource_is_told(description: dict[str, Any]) -> None:
    told = [f"/orders/{{order_hash}}/{path}" for path, text in resources() if text]
    described = [path for path in description["paths"] if path.startswith("/orders/{")]
    assert told == described[1:]


def test_names_of_operations_are_unique(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _method, operation in operations(description)]
    assert len(names) == len(set(names)) == 53


def test_described_methods_are_those_that_each_address_knows(description: dict[str, Any]) -> None:
    program = by_cookie()
    fill(program)
    order_hash = program.get("/order").json()["links"]["alternate"]["href"].split("/")[-2]
    for path, methods in description["paths"].items():
        if path.startswith("/api/"):
            continue
        address = path.format(
            order_hash=order_hash, kind="regular", productId="one", serviceId="client"
        )
        for each in (address, f"{address}/"):
            allowed = set(program.call("OPTIONS", each)["Allow"].lower().split(", "))
            assert allowed - {"head", "options"} == set(methods), each


def test_only_what_opens_an_order_needs_nobody(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        opens = path == "/orders" or ("{order_hash}" not in path and method in {"post", "put"})
        assert ({} in operation["security"]) is opens, f"{method} {path}"
        scope = "orders:write" if method in {"post", "put", "delete"} else "orders:read"
        assert {"bearer": [scope]} in operation["security"]
        assert {"ownerId": []} in operation["security"]
        assert {"basic": []} in operation["security"]


def test_each_answer_has_examples_that_fit_it(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        for status, answer in operation["responses"].items():
            found = resolved(description, answer)
            assert set(found["headers"]) >= {"X-Request-ID", "RateLimit", "RateLimit-Policy"}
            for body in found.get("content", {}).values():
                assert body["examples"], f"{method} {path} {status}"
                for example in body["examples"].values():
                    assert faults(description, body["schema"], example["value"]) == []
            if status in {"202", "204"}:
                assert "content" not in found


def test_example_bodies_fit(description: dict[str, Any]) -> None:
    for _path, _method, operation in operations(description):
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]
            assert body["examples"]
            for example in body["examples"].values():
                assert faults(description, body["schema"], example["value"]) == []


def test_quote_of_nothing_is_as_described(description: dict[str, Any]) -> None:
    program = by_cookie()
    program.post("/order")
    quote = program.get("/order/quote").json()
    assert (quote["quote"]["Hash"], quote["quote"]["Products"]) == ("", [])
    assert faults(description, ref("QuoteAnswer"), quote) == []


def test_headers_that_are_described_as_certain_are_there(description: dict[str, Any]) -> None:
    program = by_cookie()
    placed = filled(by_cookie(OTHER))
    found = {
        ("/order/action", "post", "202"): submit(placed),
        ("/order/action", "post", "409"): submit(placed),
        ("/orders", "post", "201"): program.post("/orders"),
        ("/orders", "post", "409"): program.post("/orders"),
        ("/order", "get", "401"): Program().get("/order"),
        ("/orders", "post", "405"): program.get("/orders"),
    }
    for (path, method, status), answer in found.items():
        described = resolved(description, description["paths"][path][method]["responses"][status])
        for name, reference in described["headers"].items():
            header = resolved(description, reference)
            # Django keeps cookies apart from other headers until it sends them.
            cookies = answer.cookies.output(header="").strip()
            value = cookies if name == "Set-Cookie" else answer.headers.get(name)
            if header["required"]:
                assert faults(description, header["schema"], value) == [], name


def test_all_that_is_answered_to_a_submit_is_described(
    description: dict[str, Any], elsewhere: None
) -> None:
    placed, key = filled(by_cookie(OTHER)), {"Idempotency-Key": "k1"}
    answers = [
        submit(placed, **key),  # as a member, which the body does not have
        placed.post("/order/action", SUBMIT, **key),
        placed.post("/order/action", SUBMIT, **key),
        placed.post("/order/action", {**SUBMIT, "quoteHash": "x"}, **key),
        placed.post("/order/action", SUBMIT),
    ]
    assert [answer.status_code for answer in answers] == [400, 202, 202, 422, 409]
    for path in ("/order/action", "/orders/{order_hash}/action"):
        operation = description["paths"][path]["post"]
        assert [each["name"] for each in operation["parameters"]][-1] == "Idempotency-Key"
        for answer in answers:
            described = resolved(description, operation["responses"][str(answer.status_code)])
            told = {"Location", "Idempotency-Replayed", "Retry-After"} & set(answer.headers)
            assert told <= described["headers"].keys()
            if answer.content:
                schema = described["content"]["application/json"]["schema"]
                assert faults(description, schema, answer.json()) == []
    assert "Idempotency-Replayed" in answers[2].headers
    assert "Location" in answers[4].headers


def test_retired_tier_cannot_be_ordered_by_code_or_page() -> None:
    schema = ref("OrderedProduct")
    pages = ("m", f"{SHOP}/tiers/m/", f"{SHOP}/tiers/m", f"{SHOP}/tiers/m/?ref=a")
    before = describe(SHOP)
    assert all(faults(before, schema, {"offering": each}) == [] for each in pages)
    Product.objects.filter(code="m").update(listed=False)
    after = describe(SHOP)
    assert all(faults(after, schema, {"offering": each}) for each in pages)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    "offering",
    [
        *("s", "Yamdu FREE", "yamdu free", "S", "", f"{SHOP}/tiers/s/", f"{SHOP}/tiers/s"),
        *(f"{SHOP}/tiers/s//", f"{SHOP}/tiers/s/?x=ö y", f"{SHOP}/tiers/s#x", f"{SHOP}/tiers/x/"),
        *(f"{SHOP}.evil/tiers/s/", "/tiers/s/", "https://shopxexample/tiers/s/"),
        *(f"{SHOP}/tiers/s/;x", f"{SHOP}/tiers/s/" + "/" * 200),
    ],
)
def test_offering_is_taken_exactly_where_its_schema_allows_it(
    description: dict[str, Any], offering: str
) -> None:
    schema = ref("OrderedProduct")
    allowed = faults(description, schema, {"offering": offering}) == []
    answer = by_cookie().post("/order/account/products", {"offering": offering})
    assert (answer.status_code == 201) is allowed


@pytest.mark.parametrize("path", ["account/attributes", "promotion", "discounts", "notes"])
def test_what_was_left_out_is_not_there(path: str) -> None:
    program = by_cookie()
    program.post("/order")
    assert program.get(f"/order/{path}").status_code == 404
    assert any(path in name for name in CHANGES["left_out"])


def test_description_asks_the_database_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert Client().get("/api/openapi.json").status_code == 200
