"""Attributes: who led the customer here, and where changes of state are told."""

from typing import Any

import pytest
from pytest_django import Settings

from tests.factories import make_application, make_token, make_user
from tests.open_order.calls import (
    OWNER,
    Program,
    by_cookie,
    by_password,
    by_token,
    fault,
    fill,
    submit,
    the_order,
)

pytestmark = pytest.mark.django_db

HOOK = {"name": "redirection_uri", "value": "https://example.com/hook"}
AFFILIATE = {"name": "AffiliateId", "value": "partner-7"}


def test_attributes_are_put_and_read_as_a_list(base: str) -> None:
    put = by_cookie().put(f"{base}/attributes", [AFFILIATE])
    assert put.json() == by_cookie().get(f"{base}/attributes/").json()
    assert put.json() == {
        "list": [AFFILIATE],
        "links": [{"href": f"http://testserver{base}/attributes", "rel": "self"}],
    }
    assert by_cookie().put(f"{base}/attributes/", []).json()["list"] == []


@pytest.mark.parametrize(("sent", "details"), [
    ({}, {"base": "must be a list."}),
    ([1], {"base": "must be an object."}),
    ([None], {"base": "must be an object."}),
    ([{}], {"name": "must be AffiliateId or redirection_uri."}),
    ([{"name": "Other", "value": "x"}], {"name": "must be AffiliateId or redirection_uri."}),
    ([{"name": ["AffiliateId"]}], {"name": "must be AffiliateId or redirection_uri."}),
    ([{"name": "AffiliateId"}], {"value": "is required."}),
    ([{"name": "AffiliateId", "value": None}], {"value": "is required."}),
    ([{"name": "AffiliateId", "value": 7}], {"value": "must be a string."}),
    ([{"name": "AffiliateId", "value": "x" * 201}], {"value": "must have at most 200 characters."}),
    ([{**AFFILIATE, "more": 1}], {"more": "is not known here."}),
    ([AFFILIATE, AFFILIATE], {"name": "must not be given more than once."}),
])  # fmt: skip
def test_attribute_with_a_fault_is_refused_by_name(sent: Any, details: dict[str, str]) -> None:
    assert fault(by_cookie().put("/order/attributes", sent)) == (400, "badRequest", details)


@pytest.mark.parametrize("kind", ["cookie", "password", "user's token"])
def test_webhook_is_for_an_applications_token(kind: str) -> None:
    user = make_user()
    program = {
        "cookie": by_cookie(),
        "password": by_password(user.email, owner_id=OWNER),
        "user's token": by_token(make_token(user), OWNER),
    }[kind]
    details = {"redirection_uri": "needs an application's Bearer token."}
    assert fault(program.put("/order/attributes", [AFFILIATE, HOOK])) == (403, "forbidden", details)


def test_application_that_asks_for_webhooks_signs_them_whoever_submits() -> None:
    application = make_application()
    program = by_token(make_token(application), OWNER)
    assert program.put("/order/attributes", [HOOK, AFFILIATE]).json()["list"] == [HOOK, AFFILIATE]
    fill(by_cookie())
    assert submit(by_cookie()).status_code == 202
    order = the_order()
    assert (order.redirection_uri, order.application) == (HOOK["value"], application)


def test_attributes_put_without_the_webhook_forget_it() -> None:
    program = by_token(make_token(make_application()), OWNER)
    program.put("/order/attributes", [HOOK])
    assert by_cookie().put("/order/attributes", [AFFILIATE]).json()["list"] == [AFFILIATE]
    fill(by_cookie())
    submit(by_cookie())
    order = the_order()
    assert (order.redirection_uri, order.application, order.basket.application) == (None,) * 3


@pytest.mark.parametrize("uri", [
    "http://example.com/", "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://localhost/",
    "https://user@example.com/", "ftp://example.com/", "example.com", "https://",
])  # fmt: skip
def test_webhook_goes_to_public_addresses_only(uri: str, settings: Settings) -> None:
    settings.DEMO = False
    program = by_token(make_token(make_application()), OWNER)
    answer = program.put("/order/attributes", [{**HOOK, "value": uri}])
    assert fault(answer)[0] == 400
    assert fault(answer)[2].keys() == {"value"}


def test_affiliate_is_kept_with_the_placed_order() -> None:
    by_cookie().put("/order/attributes", [AFFILIATE])
    fill(by_cookie())
    submit(by_cookie())
    path = f"/orders/{the_order().order_hash}/attributes"
    assert by_cookie().get(path).json()["list"] == [AFFILIATE]
    assert Program(OWNER).put(path, []).status_code == 405
