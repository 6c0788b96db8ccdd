"""Call the open order as a program does: one that keeps its cookie by itself, or has none."""

import base64
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.test import Client
from django.test.client import ClientHandler

from shop.orders.models import Order
from tests.factories import PASSWORD
from tests.pages import Response

OWNER = "4d84cd13-bbb3-46ba-a40c-8988351e3681"
OTHER = "9b2f0c7e-3c1d-4f6a-8e5b-0a1b2c3d4e5f"
ACCOUNT = {"currency": "EUR", "language": "en-US", "name": "Constantin Film"}
PRODUCT = {"offering": "s", "displayName": "OSD Yamdu Free"}
CONTACT = {
    "name": {"firstName": "Nina", "lastName": "Nagel"},
    "contactMedia": {"email1": "nicecustomer@gmx.com", "phone1": "+49 89 123456"},
}
NO_ADDRESS: dict[str, str] = {}


@cache
def handler() -> ClientHandler:
    """One for all calls: to load the middlewares takes as long as a call."""
    made = ClientHandler(enforce_csrf_checks=True)
    made.load_middleware()
    return made


@dataclass
class Program:
    """One caller: what it sends with every call."""

    owner_id: str = ""
    authorization: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """The answer to one call; `body` is sent as JSON, bytes as they are."""
        client = Client()
        client.handler = handler()
        sent = {**self.headers, **headers}
        if self.owner_id:
            sent.setdefault("Cookie", f"OwnerId={self.owner_id}")
        if self.authorization:
            sent.setdefault("Authorization", self.authorization)
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        kind = sent.pop("Content-Type", "application/json; charset=UTF-8")
        return client.generic(method, path, data, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Response:
        return self.call("GET", path, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Response:
        return self.call("PUT", path, body, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        return self.call("POST", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Response:
        return self.call("DELETE", path, **headers)


def by_cookie(owner_id: str = OWNER) -> Program:
    """A program that sends an OwnerId."""
    return Program(owner_id)


def by_password(email: str, password: str = PASSWORD, owner_id: str = "") -> Program:
    """A program that authenticates by Basic."""
    value = base64.b64encode(f"{email}:{password}".encode()).decode()
    return Program(owner_id, f"Basic {value}")


def by_token(token: str, owner_id: str = "") -> Program:
    """A program that presents a token."""
    return Program(owner_id, f"Bearer {token}")


def fault(response: Response) -> tuple[int, str, Any]:
    """Status, kind and details of an error, whose shape is checked on the way."""
    ((kind, told),) = response.json().items()
    assert set(told) == {"guid", "message", "code", "details", "codes"}
    assert told["codes"].keys() == {"base", *told["details"]}
    assert all(told["codes"].values())
    assert told["code"] == response.status_code
    assert told["message"]
    return response.status_code, kind, told["details"]


def cookies(response: Response) -> list[tuple[str, str]]:
    """Value and path of each OwnerId that is set."""
    return [
        (morsel.value, morsel["path"])
        for morsel in response.cookies.values()
        if morsel.key == "OwnerId"
    ]


def fill(program: Program, base: str = "/order") -> None:
    """Put in all that submitting needs."""
    assert program.put(f"{base}/account", ACCOUNT).status_code == 200
    assert program.post(f"{base}/account/products", PRODUCT).status_code == 201
    assert program.put(f"{base}/account/contactInfo/regular", CONTACT).status_code == 200


def submit(program: Program, base: str = "/order", **body: Any) -> Response:
    """Place the order."""
    return program.post(f"{base}/action", {"action": "submit", **body})


def the_order() -> Order:
    """The only order there is."""
    return Order.objects.get()


# What each child that takes PUT takes.
PUTS: dict[str, Any] = {
    "account": ACCOUNT,
    "account/contactInfo/regular": CONTACT,
    "account/contactInfo/billing": CONTACT,
    "account/contactInfo/administrator": CONTACT,
    "account/contactInfo/technical": CONTACT,
    "account/user": {"userName": "custy1"},
    "account/paymentInfo": {"paymentInfoType": "offline"},
    "attributes": [{"name": "AffiliateId", "value": "partner-7"}],
}


def open_one(program: Program) -> Order:
    """The order that `program` has just opened."""
    return Order.objects.get(order_hash=program.post("/orders").json()["orderId"])


def add_product(program: Program, base: str = "/order", **members: Any) -> str:
    """The id of the product that `program` has just put in."""
    answer = program.post(f"{base}/account/products", {**PRODUCT, **members})
    assert answer.status_code == 201
    return str(answer.json()["productId"])


def place(program: Program) -> Order:
    """The order that `program` has just filled and placed, by its explicit address."""
    fill(program)
    answer = submit(program)
    assert answer.status_code == 202
    return Order.objects.get(order_hash=answer.headers["Location"].rpartition("/")[2])


def nothing_opened(response: Response) -> bool:
    """Return whether the call has opened no order and set no cookie."""
    return not cookies(response) and not Order.objects.exists()
