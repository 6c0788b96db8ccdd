"""`/api/openapi.json`: sound, true, and made from the code."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator
from pytest_django import DjangoAssertNumQueries, Settings

from shop.access.tokens import SCOPES
from shop.api.orders_openapi import EXAMPLES
from shop.api.response_schema import OrderAnswer
from shop.catalogue.models import Product
from shop.guide.reference import resolved
from shop.guide.schema import describe, joined
from shop.openapi import ref
from shop.orders.models import State
from shop.orders.order_fields import READ_ONLY
from shop.orders.serializers import serialize_order
from tests.api.rules import faults, order_faults
from tests.factories import make_application, make_order, make_token

pytestmark = pytest.mark.django_db

KEYWORDS = {
    *("additionalProperties", "anyOf", "const", "description", "enum", "examples", "format"),
    *("items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength"),
    *("minProperties", "minimum", "pattern", "properties", "propertyNames", "required", "type"),
    "$ref",
}


@pytest.fixture
def description() -> dict[str, Any]:
    return describe("https://shop.example/")


def operations(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Those of `/api/orders`; tests/api/test_open_order.py has the others."""
    for methods in description["paths"].values():
        yield from (each for each in methods.values() if each["tags"] == ["Orders"])


def test_description_is_valid_openapi_3_1(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()
    assert description["openapi"].startswith("3.1.")


def test_description_names_who_is_asked_and_its_licence(settings: Settings) -> None:
    settings.SUPPORT_EMAIL = "help@shop.example"
    info = describe("https://shop.example")["info"]
    url = "https://shop.example/contact/"
    assert info["contact"] == {"name": "Slate", "url": url, "email": "help@shop.example"}
    assert info["license"] == {"name": "MIT License", "identifier": "MIT"}
    assert "MIT License" in (settings.BASE_DIR / "LICENSE").read_text(encoding="utf-8")
    settings.SUPPORT_EMAIL = ""
    contact = describe("https://shop.example")["info"]["contact"]
    assert contact == {"name": "Slate", "url": url}
    assert Client().get("/contact/").status_code == 200


def test_parts_of_the_description_do_not_take_each_others_names() -> None:
    with pytest.raises(ValueError, match=r"called \['Account'\]"):
        joined({"Account": {}}, {"Order": {}}, {"Account": {}})


def schemas(node: object) -> Iterator[dict[str, Any]]:
    """Each schema in a schema, itself included."""
    if isinstance(node, list):
        for each in node:
            yield from schemas(each)
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key == "properties":
                yield from schemas(list(value.values()))
            elif key in {"anyOf", "items", "additionalProperties"}:
                yield from schemas(value)


def test_schemas_hold_no_keyword_that_generators_of_clients_stumble_over(
    description: dict[str, Any],
) -> None:
    found = list(schemas(list(description["components"]["schemas"].values())))
    assert {key for schema in found for key in schema} <= KEYWORDS
    for methods in description["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                assert parameter["schema"].keys() <= KEYWORDS | {"default"}
                found.append(parameter["schema"])
    for schema in found:
        # Several shapes that are no classes become a union nobody can name.
        choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
        classes = all("$ref" in each for each in choices)
        details = {each.get("type") for each in choices} == {"string", "object"}
        assert len(choices) < 2 or classes or details, choices


def test_order_is_one_plain_object_to_send_and_one_to_get(description: dict[str, Any]) -> None:
    components = description["components"]["schemas"]
    for name, required in (
        ("OrderDocument", ["product"]),
        ("Order", list(OrderAnswer.model_fields)),
    ):
        schema = components[name]
        assert schema.keys() == {
            "type",
            "description",
            "properties",
            "required",
            "additionalProperties",
        }
        assert (schema["type"], schema["additionalProperties"]) == ("object", False)
        assert sorted(schema["required"]) == sorted(required)
        # A default would make generators require the member.
        assert not any("default" in member for member in schema["properties"].values())
    assert not READ_ONLY & components["OrderDocument"]["properties"].keys()
    times = [member for name, member in components["Order"]["properties"].items() if "_at" in name]
    assert [time["format"] for time in times] == ["date-time", "date-time"]
    parameters = description["paths"]["/api/orders"]["get"]["parameters"]
    times = [each["schema"] for each in parameters if "after" in each["name"]]
    assert times == [{"type": "string", "format": "date-time"}] * 2


def test_what_is_answered_has_one_class_wherever_it_stands(description: dict[str, Any]) -> None:
    components = description["components"]["schemas"]
    data = next(
        name for name, each in components.items() if "previous_state" in each.get("properties", {})
    )
    assert components[data]["properties"]["order"]["$ref"] == ref("Order")["$ref"]
    assert components["Order"]["properties"]["price"]["$ref"] == ref("Price")["$ref"]
    # By the names of our own classes the same would stand there a second time.
    assert not {"OrderAnswer", "InvoiceAnswer", "PriceAnswer", "BillingAnswer"} & components.keys()


def test_each_body_is_a_schema_with_a_name(description: dict[str, Any]) -> None:
    errors = {"Orders": "Error", "Open order": "OpenOrderError"}
    for methods in description["paths"].values():
        for operation in methods.values():
            bodies = [operation["requestBody"]] if "requestBody" in operation else []
            for status, answer in operation["responses"].items():
                bodies.append(resolved(description, answer))
                if int(status) >= 400:
                    name = errors[operation["tags"][0]]
                    assert answer["$ref"].startswith("#/components/responses/")
                    assert bodies[-1]["content"]["application/json"]["schema"] == ref(name)
            for body in bodies:
                for media in body.get("content", {}).values():
                    assert media["schema"].keys() == {"$ref"}


def test_operations_have_short_names_and_none_is_options(description: dict[str, Any]) -> None:
    names = []
    for methods in description["paths"].values():
        assert methods.keys() <= {"get", "post", "put", "patch", "delete"}
        names += [operation["operationId"] for operation in methods.values()]
    assert len(names) == len(set(names)) == 73
    assert all(re.fullmatch("[a-z]+([A-Z][a-z]+){0,4}", name) for name in names)


def test_description_is_open_to_anybody_and_kept_for_minutes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        answer = Client().get("/api/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["servers"] == [{"url": "http://testserver"}]


def test_addresses_are_built_from_the_base_url_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    description = Client().get("/api/openapi.json").json()
    assert description["servers"] == [{"url": "https://shop.example"}]
    flows = description["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows == {
        "clientCredentials": {
            "tokenUrl": "https://shop.example/oauth/token",
            "scopes": flows["clientCredentials"]["scopes"],
        },
        "authorizationCode": {
            "authorizationUrl": "https://shop.example/oauth/authorize",
            "tokenUrl": "https://shop.example/oauth/token",
            "refreshUrl": "https://shop.example/oauth/token",
            "scopes": flows["authorizationCode"]["scopes"],
        },
    }
    assert list(flows["clientCredentials"]["scopes"]) == [*SCOPES]


def test_webhooks_by_http_are_for_the_demo_alone(settings: Settings) -> None:
    order = {"product": "s", "redirection_uri": "http://shop.example/hook"}
    assert order_faults(describe("https://shop.example"), order) == []
    settings.DEMO = False
    assert order_faults(describe("https://shop.example"), order) != []


def test_other_method_is_405_in_the_envelope() -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/openapi.json")
    assert (answer.status_code, answer["Allow"], answer.json()["status"]) == (405, "GET", 405)


def test_answered_members_are_those_of_an_order() -> None:
    shown = serialize_order(make_order(), "https://shop.example/")
    assert list(OrderAnswer.model_fields) == list(shown)
    assert all(field.description for field in OrderAnswer.model_fields.values())


def test_described_states_are_those_of_a_placed_order(description: dict[str, Any]) -> None:
    states = description["components"]["schemas"]["Order"]["properties"]["state"]["enum"]
    assert set(states) == set(State.values) - {State.NEW}


def test_retired_tier_cannot_be_ordered_but_asked_for() -> None:
    Product.objects.filter(code="m").update(listed=False)
    description = describe("https://shop.example")
    document = description["components"]["schemas"]["OrderDocument"]
    assert "m" not in document["properties"]["product"]["enum"]
    parameters = description["paths"]["/api/orders"]["get"]["parameters"]
    (product,) = (each for each in parameters if each["name"] == "product")
    assert "m" in product["schema"]["enum"]


def test_each_answer_has_examples_that_fit_it(description: dict[str, Any]) -> None:
    for operation in operations(description):
        assert {"200", "201", "202", "204"} & operation["responses"].keys()
        for status, answer in operation["responses"].items():
            media = resolved(description, answer).get("content", {})
            if "application/json" not in media:
                assert status == "204" or media.keys() <= {"application/pdf", "application/xml"}
                continue
            content = media["application/json"]
            assert content["examples"], f"{operation['operationId']} {status}"
            for example in content["examples"].values():
                assert faults(description, content["schema"], example["value"]) == []
                assert example["value"]["status"] == int(status)


@pytest.mark.parametrize("name", list(EXAMPLES["placeOrder"]["request"]))
def test_example_request_fits(description: dict[str, Any], name: str) -> None:
    request = EXAMPLES["placeOrder"]["request"][name]
    assert order_faults(description, request["order"]) == []


def test_each_event_has_an_example_that_fits_it(description: dict[str, Any]) -> None:
    assert list(description["webhooks"]) == list(EXAMPLES["events"]["sent"])
    for name, path in description["webhooks"].items():
        media = path["post"]["requestBody"]["content"]["application/json"]
        (example,) = media["examples"].values()
        assert example["value"]["type"] == name
        assert faults(description, media["schema"], example["value"]) == []


def described(description: dict[str, Any], method: str, status: str) -> dict[str, Any]:
    return resolved(description, description["paths"]["/api/orders"][method]["responses"][status])


def place(body: str, token: str, **headers: str) -> Any:
    return Client().generic(
        "POST",
        "/api/orders",
        body,
        headers.pop("content_type", "application/json"),
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def test_answers_to_get_alone_have_an_etag(description: dict[str, Any]) -> None:
    for methods in description["paths"].values():
        for method, operation in methods.items():
            if operation["tags"] == ["Orders"]:
                for status in {"200", "201", "202"} & operation["responses"].keys():
                    headers = resolved(description, operation["responses"][status])["headers"]
                    assert ("ETag" in headers) is (method == "get"), operation["operationId"]


def test_headers_that_are_described_as_certain_are_there(description: dict[str, Any]) -> None:
    token = make_token(make_application())
    answer = place('{"order":{"product":"s"}}', token)
    headers = {"Authorization": f"Bearer {token}"}
    page = Client().get("/api/orders", headers=headers)
    for found, described_answer in (
        (answer, described(description, "post", "201")),
        (page, described(description, "get", "200")),
        (place("{}", "x"), described(description, "post", "401")),
        (Client().delete("/api/orders"), described(description, "get", "405")),
    ):
        for name in described_answer["headers"]:
            if description["components"]["headers"][name]["required"]:
                assert found.headers[name]
