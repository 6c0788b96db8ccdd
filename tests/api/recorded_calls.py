"""The calls whose answers are the examples of the APIs' description.

`make examples` makes them and writes the answers down; `test_examples` makes them again and
compares. Ids, times and addresses are replaced, so that each run gives the same.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import OperationalError
from django.db.models import Q
from django.test import Client
from pytest_django import Settings

from shop.access.models import Application
from shop.access.tokens import READ, WRITE
from shop.orders.models import Order
from shop.orders.states import state_changed
from tests.buckets import full_buckets
from tests.factories import make_application, make_token, pack_all
from tests.open_order.calls import (
    by_cookie,
)
from tests.pages import Response

Examples = dict[str, dict[str, dict[str, Any]]]


HASH = "8a1f0c2b9d4e47538f6a7b0c1d2e3f40"
NUMBER = "K7QM-3FZ2"
PRODUCT_ID = "5c0e7d1a2b3f4c6d8e9f0a1b2c3d4e5f"
GUID = "0f4b1c7e-2a53-4d0e-9c86-3d1f5a7b9e20"
ORDERS = "/api/orders"
TOO_LARGE = b" " * (64 * 1024 + 1)


OWN = {"reference": "PO-4711", "metadata": {"campaign": "spring", "sales_rep": "17"}}
COMPLETE = {
    "order": {
        "product": "s",
        "client_name": "Constantin Film",
        "project_name": "OSD Yamdu Free",
        "user_email": "nicecustomer@gmx.com",
        "user_login": "custy1",
    }
}
WITH_BILLING = {
    "order": {
        **COMPLETE["order"],
        **OWN,
        "billing": {
            "customer_type": "company",
            "company": "Constantin Film",
            "name": "Nina Nagel",
            "street": "Feilitzschstraße 6",
            "postal_code": "80802",
            "city": "München",
            "country": "DE",
            "vat_id": "DE136695976",
            "email": "invoices@example.com",
            "reference": "PO-4711",
        },
    }
}
CHANGE = {"order": {"reference": "PO-4711", "metadata": {"campaign": "spring"}}}
CORRECTION = {"order": {"user_first_name": "Nina", "user_last_name": "Nagel"}}
CANCELLATION = {"reason": "The production was called off."}
PRODUCT_ALONE = {"order": {"product": "Yamdu FREE"}}
WITH_FAULTS = {"order": {"product": "unknown", "client_name": "", "user_email": "x"}}


ACCOUNT = {"currency": "EUR", "language": "de", "name": "Constantin Film"}
DOLLARS = {"currency": "USD", "language": "en-US"}
PERSON = {
    "name": {"firstName": "Nina", "lastName": "Nagel"},
    "contactMedia": {"email1": "nicecustomer@gmx.com", "phone1": "+49 89 123456"},
}
WITH_ADDRESS = {
    "name": {"firstName": "Nina", "lastName": "Nagel", "company": "Constantin Film"},
    "address": {
        "street1": "Feilitzschstraße 6",
        "city": "München",
        "postalCode": "80802",
        "countryCode": "DE",
    },
    "contactMedia": {"email1": "nicecustomer@gmx.com"},
}
BILLED = {**WITH_ADDRESS, "vatId": "DE136695976", "reference": "PO-4711"}
PRODUCT = {"offering": "s", "displayName": "OSD Yamdu Free"}
AFFILIATE = [{"name": "AffiliateId", "value": "drehbuch-blog"}]


class Recording:
    """Examples by operation, status and name; ids of this run become those of the examples."""

    def __init__(self) -> None:
        self.found: Examples = defaultdict(lambda: defaultdict(dict))
        self.ids: dict[str, str] = {}

    def keep(self, operation: str, name: str, answer: Response, request: Any = None) -> None:
        """Keep an answer, and the body that was sent, as an example of `operation`."""
        if request is not None:
            self.found[operation]["request"][name] = request
        if not answer.content:
            return
        self.found[operation][str(answer.status_code)][name] = self.settled(answer.content.decode())

    def settled(self, text: str) -> Any:
        """The JSON in `text`, with the ids and times of the examples."""
        for pattern, example in {
            r'"guid": "[^"]*"': f'"guid": "{GUID}"',
            r'"\d{4}-\d\d-\d\dT[\d:.]+Z"': '"2026-03-02T09:30:00.120000Z"',
            r'"order_number": "[^"]*"': f'"order_number": "{NUMBER}"',
            r'"client_id": \d+': '"client_id": 7',
            r'"project_id": \d+': '"project_id": 12',
            r'"subscription": \{"id": \d+': '"subscription": {"id": 31',
            r'"started_on": "[^"]*"': '"started_on": "2026-03-02"',
            **self.ids,
        }.items():
            text = re.sub(pattern, example, text)
        return json.loads(text)


def elsewhere(settings: Settings) -> None:
    """Answer as a shop at an address of its own does, outside the demo."""
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    full_buckets()


def call(method: str, path: str, body: Any = None, **headers: str) -> Response:
    """The answer to one call, also where the shop fails; bytes are sent as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    kind = headers.pop("content_type", "application/json")
    return Client(raise_request_exception=False).generic(method, path, data, kind, headers=headers)


def record_orders(settings: Settings) -> Examples:
    """The examples of `/api/orders`."""
    elsewhere(settings)
    recording = Recording()
    recording.ids["[0-9a-f]{32}"] = HASH
    application = make_application()
    key = {"Idempotency-Key": "order-4711"}
    place_order = partial(call, "POST", ORDERS)
    allowed = bearer(application)

    def keep(operation: str, name: str, answer: Response, request: Any = None) -> None:
        recording.keep(operation, name, answer, request)

    keep("placeOrder", "complete", place_order(COMPLETE, **allowed), COMPLETE)
    keep("placeOrder", "product_alone", place_order(PRODUCT_ALONE, **allowed), PRODUCT_ALONE)
    keep("placeOrder", "with_billing", place_order(WITH_BILLING, **allowed), WITH_BILLING)
    ours = Order.objects.filter(application=application)
    ours.filter(Q(client_name=None) | Q(billing__isnull=False)).delete()
    pack_all()
    path = f"{ORDERS}/{ours.get().order_hash}"
    keep("listOrders", "page", call("GET", ORDERS, **allowed))
    keep("listOrders", "refused", call("GET", f"{ORDERS}?per_page=1000", **allowed))
    keep("listOrders", "scope", call("GET", ORDERS, **bearer(application, WRITE)))
    keep("showOrder", "packed", call("GET", path, **allowed))
    keep("showOrder", "scope", call("GET", path, **bearer(application, WRITE)))
    keep("showOrder", "unknown", call("GET", f"{ORDERS}/{HASH}", **allowed))
    keep("placeOrder", "scope", place_order(COMPLETE, **bearer(application, READ)))
    keep("placeOrder", "refused", place_order(WITH_FAULTS, **allowed))
    record_changes(keep, allowed)
    record_cancellation(keep, allowed)
    place_order(COMPLETE, **allowed, **key)
    keep("placeOrder", "key_used_again", place_order(PRODUCT_ALONE, **allowed, **key))
    again = {"Idempotency-Key": "another key"}
    with meanwhile(
        lambda: keep("placeOrder", "still_running", place_order(COMPLETE, **allowed, **again))
    ):
        place_order(COMPLETE, **allowed, **again)
    keep("any", "unreadable", place_order(b"{", **allowed))
    keep("any", "token", place_order(COMPLETE, Authorization="Bearer nobody's"))
    keep("any", "method", call("DELETE", ORDERS))
    keep("any", "too_large", place_order(TOO_LARGE, **allowed))
    keep("any", "type", place_order(COMPLETE, content_type="text/plain", **allowed))
    for name, error in FAULTS_OF_OURS.items():
        with failing(error):
            keep("any", name, place_order(COMPLETE, **allowed))
    settings.RATE_LIMITS = NO_CALLS
    keep("any", "calls", place_order(COMPLETE, **allowed))
    return recording.found


def record_changes(keep: Callable[..., None], allowed: dict[str, str]) -> None:
    """The examples of an order that misses details, and is changed, and of one that is packed."""
    placed = call("POST", ORDERS, PRODUCT_ALONE, **allowed).json()["data"]["order"]
    path = f"{ORDERS}/{placed['order_hash']}"
    faulty = {"order": {"metadata": {"campaign": 7}, "product": "m"}}
    keep("changeOrder", "own", call("PATCH", path, CHANGE, **allowed), CHANGE)
    keep("changeOrder", "completed", call("PATCH", path, CORRECTION, **allowed), CORRECTION)
    keep("changeOrder", "refused", call("PATCH", path, faulty, **allowed))
    call("POST", f"{path}/cancel", {}, **allowed)
    keep("changeOrder", "too_late", call("PATCH", path, {"order": {"user_login": "x"}}, **allowed))


def record_cancellation(keep: Callable[..., None], allowed: dict[str, str]) -> None:
    """The examples of an order that is cancelled, and of one that cannot be any more."""
    placed = call("POST", ORDERS, COMPLETE, **allowed).json()["data"]["order"]
    path = f"{ORDERS}/{placed['order_hash']}/cancel"
    keep("cancelOrder", "refused", call("POST", path, {"reason": " "}, **allowed))
    keep("cancelOrder", "with_reason", call("POST", path, CANCELLATION, **allowed), CANCELLATION)
    keep("cancelOrder", "too_late", call("POST", path, {}, **allowed))


def bearer(application: Application, *scopes: str) -> dict[str, str]:
    """The header with a token of the application."""
    return {"Authorization": f"Bearer {make_token(application, *scopes)}"}


FAULTS_OF_OURS = {"fault": RuntimeError("broken"), "away": OperationalError("away")}
NO_CALLS = dict.fromkeys(("application", "anonymous", "orders"), (0.001, 0))


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Meanwhile no order can be placed."""

    def fail(**kwargs: Any) -> None:
        raise error

    state_changed.connect(fail)
    try:
        yield
    finally:
        state_changed.disconnect(fail)


@contextmanager
def meanwhile(call: Callable[[], None]) -> Iterator[None]:
    """Do `call` once, in the middle of placing an order."""

    def once(**kwargs: Any) -> None:
        state_changed.disconnect(once)
        call()

    state_changed.connect(once)
    yield


# Operation, name of the example, method, path below the order, body.
STEPS: list[tuple[str, str, str, str, Any]] = [
    ("showOpenOrder", "answer", "GET", "", None),
    ("putAccount", "as_in_the_source", "PUT", "account", DOLLARS),
    ("putAccount", "new_client", "PUT", "account", ACCOUNT),
    ("showAccount", "answer", "GET", "account", None),
    ("putContact", "with_address", "PUT", "account/contactInfo/regular", WITH_ADDRESS),
    ("putContact", "billing", "PUT", "account/contactInfo/billing", BILLED),
    ("putContact", "person", "PUT", "account/contactInfo/regular", PERSON),
    ("showContact", "answer", "GET", "account/contactInfo/regular", None),
    ("showContacts", "answer", "GET", "account/contactInfo", None),
    ("putUser", "user", "PUT", "account/user", {"userName": "custy1"}),
    ("showUser", "answer", "GET", "account/user", None),
    ("putPayment", "by_invoice", "PUT", "account/paymentInfo", {"paymentInfoType": "offline"}),
    ("showPayment", "answer", "GET", "account/paymentInfo", None),
    ("addProduct", "new_project", "POST", "account/products", PRODUCT),
    ("showProducts", "answer", "GET", "account/products", None),
    ("putProduct", "new_project", "PUT", "{product}", PRODUCT),
    ("showProduct", "answer", "GET", "{product}", None),
    ("showServices", "answer", "GET", "{product}/services", None),
    ("showService", "answer", "GET", "{product}/services/project", None),
    ("putAttributes", "affiliate", "PUT", "attributes", AFFILIATE),
    ("showAttributes", "answer", "GET", "attributes", None),
    ("showQuote", "answer", "GET", "quote", None),
    ("act", "validate", "POST", "action", {"action": "validate"}),
    ("act", "submit", "POST", "action", {"action": "submit"}),
]


def record_open_order(
    settings: Settings, base: str = "/order", products: str = "account/products"
) -> Examples:
    """The examples of an order that is filled and submitted, by the address `base`."""
    elsewhere(settings)
    recording = Recording()
    program = by_cookie()
    opened = program.post("/orders", {})
    recording.ids[opened.json()["orderId"]] = HASH
    recording.keep("openOrder", "nothing", opened, {})
    product = ""
    for operation, name, method, path, body in STEPS:
        address = f"{base}/{path}".format(order_hash=opened.json()["orderId"], product=product)
        answer = program.call(method, address, body)
        assert answer.status_code < 300, (operation, answer.content)
        if operation == "addProduct":
            recording.ids[answer.json()["productId"]] = PRODUCT_ID
            product = f"{products}/{answer.json()['productId']}"
        recording.keep(operation, name, answer, body)
    return recording.found
