"""The three examples of the source, sent as they are printed there (Order Shorthand, 2013)."""

import base64
import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.factories import PASSWORD, make_user
from tests.open_order.calls import OWNER, add_product, by_cookie, by_password, open_one, the_order
from tests.pages import Response

pytestmark = pytest.mark.django_db

IMPLICIT_CREATION = """PUT /order/account
Content-Type: application/json; charset=UTF-8
Authorization: {Base64-encoded username & password string}

{
 "currency": "USD",
 "language": "en-US"
}
 """
IMPLICIT_CREATION_ANSWER = """200 OK
Set-Cookie: OwnerId=4d84cd13-bbb3-46ba-a40c-8988351e3681; Path=/order
Set-Cookie: OwnerId=4d84cd13-bbb3-46ba-a40c-8988351e3681; Path=/orders

 """
ALTERNATE_HYPERMEDIA = """GET /order
Authorization: {Base64-encoded username & password string}
Cookie: OwnerId=4d84cd13-bbb3-46ba-a40c-8988351e3681; Path=/order
 """
ALTERNATE_HYPERMEDIA_ANSWER = """200 OK
Content-Type: application/json; charset=UTF-8

{
  "order": {
    "OwnerId": "4d84cd13-bbb3-46ba-a40c-8988351e3681"
  },
  "links": {
    "self": {"href": "https://api.hostway.com/order/", "rel": "self"},
    "alternate": {"href": "https://api.hostway.com/orders/{orderId}/", "rel": "alternate"}
  }
}
 """
CHILD_RESOURCE = """GET /order/product/{productId}
Authorization: {Base64-encoded username & password string}
Cookie: OwnerId=4d84cd13-bbb3-46ba-a40c-8988351e3681; Path=/order
 """
CHILD_RESOURCE_ANSWER = """200 OK
Content-Type: application/json; charset=UTF-8

{
  "status": "new",
  "services": "https://api.hostway.com/order/product/{productId}/services",
  "offering": "https://api.hostway.com/productSpecifications/{productSpecId}/offerings/{offering}",
  "links": [
    {"href": "https://api.hostway.com/order/product/{productId}/", "rel": "self"}
  ]
}
 """
CREDENTIALS = "{Base64-encoded username & password string}"


def send(printed: str, email: str, **names: str) -> Response:
    """The answer to a request as it is printed, its placeholders filled in."""
    value = base64.b64encode(f"{email}:{PASSWORD}".encode()).decode()
    # The scheme is missing from the source's placeholder.
    text = printed.replace(CREDENTIALS, f"Basic {value}")
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    head, _, body = text.partition("\n\n")
    (method, path), *lines = (line.split(" ", 1) for line in head.strip().splitlines())
    headers = {name.removesuffix(":"): value for name, value in lines}
    kind = headers.pop("Content-Type", "")
    client = Client(enforce_csrf_checks=True)
    return client.generic(method, path, body, content_type=kind, headers=headers)


def expect(answer: Response, printed: str, **names: str) -> None:
    """Status, type, cookies and each member of the body are as printed."""
    text = printed.replace("https://api.hostway.com", "http://testserver")
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    head, _, body = text.partition("\n\n")
    status, *lines = head.splitlines()
    assert f"{answer.status_code} {answer.reason_phrase}" == status
    for line in lines:
        name, value = line.split(": ", 1)
        if name == "Content-Type":
            assert answer.headers[name] == value
    if body.strip():
        assert_holds(answer.json(), json.loads(body))


def assert_holds(found: Any, printed: Any) -> None:
    """Assert that `found` has all that is printed; the source allows additions."""
    if isinstance(printed, dict):
        for name, value in printed.items():
            assert_holds(found[name], value)
    else:
        assert found == printed


def test_implicit_creation_works_as_printed() -> None:
    user = make_user()
    answer = send(IMPLICIT_CREATION, user.email)
    expect(answer, IMPLICIT_CREATION_ANSWER)
    wire = [f"Set-Cookie: {morsel.OutputString()}" for morsel in answer.cookies.values()]
    owners = [re.fullmatch("Set-Cookie: OwnerId=([^;]+); .*", line) for line in wire]
    ids = {found[1] for found in owners if found}
    assert len(ids) == 1
    printed = IMPLICIT_CREATION_ANSWER.replace(OWNER, ids.pop()).splitlines()[1:3]
    # The same two cookies in the same order; what each carries beside that keeps it safe.
    assert [line.replace(" HttpOnly; Max-Age=2592000;", "") for line in wire] == [
        f"{line}; SameSite=Lax" for line in printed
    ]
    assert (the_order().owner, the_order().state) == (user, "new")
    basket = the_order().basket
    assert (basket.currency, basket.language_tag) == ("USD", "en-US")
    assert basket.document == {"language": "en"}


def test_alternate_hypermedia_is_as_printed() -> None:
    user = make_user()
    order = open_one(by_password(user.email, owner_id=OWNER))
    answer = send(ALTERNATE_HYPERMEDIA, user.email)
    expect(answer, ALTERNATE_HYPERMEDIA_ANSWER, orderId=order.order_hash)
    assert answer.json().keys() == {"order", "links"}
    assert answer.json()["order"].keys() == {"OwnerId", "Status", "Account"}
    assert answer.json()["links"].keys() == {"self", "alternate"}


def test_child_resource_is_as_printed() -> None:
    number = add_product(by_cookie())
    answer = send(CHILD_RESOURCE, make_user().email, productId=number)
    # Our catalogue's addresses are our own.
    offering = '"http://testserver/tiers/s/"'
    printed = re.sub(r'"[^"]*/offerings/[^"]*"', offering, CHILD_RESOURCE_ANSWER)
    expect(answer, printed, productId=number)
