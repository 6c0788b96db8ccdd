"""A deprecated operation says so in each answer, in the schema and in the guide."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.http import parse_http_date
from pytest_django import Settings

from shop.api import envelopes, orders_openapi
from shop.guide import reference
from shop.guide.schema import describe
from shop.open_order import open_order_openapi
from shop.open_order import urls as open_order_urls
from tests.api import deprecated_urls
from tests.api.deprecated_urls import OLD_LIST
from tests.factories import make_application, make_token
from tests.pages import Response

pytestmark = pytest.mark.django_db
TOLD = "http://testserver/api/docs/changelog"


@pytest.fixture
def with_old_operations(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.api.deprecated_urls"


def call(path: str, method: str = "GET", *scopes: str) -> Response:
    token = make_token(make_application(), *scopes)
    return Client().generic(method, path, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.usefixtures("with_old_operations")
def test_answer_says_since_when_till_when_and_what_replaces_it() -> None:
    answer = call("/api/old")
    assert answer.status_code == 200
    assert answer["Deprecation"] == "@1801353600"
    assert datetime.fromtimestamp(1801353600, UTC) == datetime(2027, 1, 31, tzinfo=UTC)
    assert answer["Sunset"] == "Mon, 31 Jan 2028 00:00:00 GMT"
    assert parse_http_date(answer["Sunset"])
    assert answer["Link"].split(", ") == [
        '<http://testserver/1>; rel="first"',
        f'<{TOLD}>; rel="deprecation"; type="text/html"',
        f'<{TOLD}>; rel="sunset"; type="text/html"',
        '<http://testserver/api/orders>; rel="successor-version"',
    ]


@pytest.mark.usefixtures("with_old_operations")
def test_refusals_of_a_deprecated_operation_say_it_too() -> None:
    answers = (Client().get("/api/old"), call("/api/old?x=1"), call("/api/old", "GET", "webhooks"))
    assert [answer.status_code for answer in answers] == [401, 422, 403]
    assert {answer["Deprecation"] for answer in answers} == {"@1801353600"}


@pytest.mark.usefixtures("with_old_operations")
def test_deprecated_operation_of_the_open_order_says_it() -> None:
    answer = call("/order/old")
    assert answer.status_code == 204
    assert answer["Deprecation"] == "@1801440000"
    assert answer["Link"] == f'<{TOLD}>; rel="deprecation"; type="text/html"'
    assert "Sunset" not in answer.headers


@pytest.mark.usefixtures("with_old_operations")
def test_other_operations_say_nothing() -> None:
    assert call("/api/old").headers.get("Deprecation")
    for answer in (call("/api/old", "POST"), call("/api/old", "DELETE"), call("/api/orders")):
        assert "Deprecation" not in answer.headers
        assert "Sunset" not in answer.headers


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for methods in description["paths"].values()
        for operation in methods.values()
    }


def test_schema_and_reference_mark_what_is_deprecated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(each.get("deprecated") for each in operations(describe("")).values())
    old = deprecated_urls.old_urls[:1]
    for module in (orders_openapi, envelopes):
        monkeypatch.setattr(module, "urlpatterns", [*module.urlpatterns, *old])
    description = describe("https://shop.example")
    found = operations(description)["listOld"]
    assert found["deprecated"] is True
    assert found["description"] == (
        "As it was. Deprecated since 2027-01-31. It ends on 2028-01-31. Use /api/orders instead."
    )
    assert {"Deprecation", "Sunset"} <= found["responses"]["204"]["headers"].keys()
    assert "deprecated" not in operations(description)["placeNew"]
    rows = reference.operations(description, orders_openapi.TAG["name"])
    assert [row["name"] for row in rows if row["deprecated"]] == [OLD_LIST.id]


def test_schema_marks_operations_of_the_open_order(monkeypatch: pytest.MonkeyPatch) -> None:
    old = deprecated_urls.old_urls[1:]
    monkeypatch.setattr(open_order_openapi, "urlpatterns", [*open_order_urls.urlpatterns, *old])
    found = operations(describe("https://shop.example"))
    (name,) = (name for name in found if name.startswith("showOld"))
    assert found[name]["deprecated"] is True
    assert found[name]["responses"]["204"]["headers"].keys() >= {"Deprecation"}
    assert "Sunset" not in found[name]["responses"]["204"]["headers"]
