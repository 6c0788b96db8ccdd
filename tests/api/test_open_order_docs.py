"""`/api/docs/open-order`: each example true."""

import base64
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.test import Client

from shop.guide.pages import CHANGES, OPEN_ORDER
from shop.open_order.envelope import KINDS
from shop.orders.models import Order
from tests.api.guides import all_words, code, page, sent_by
from tests.factories import PASSWORD, make_user, pack_all
from tests.open_order.calls import PRODUCT, by_cookie, by_password, cookies
from tests.pages import Response

pytestmark = pytest.mark.django_db

OWNER = "4d84cd13-bbb3-46ba-a40c-8988351e3681"


def run(client: Client, command: str) -> Response:
    """The answer to a curl command; the client keeps the cookies."""
    sent = sent_by(command)
    content_type = sent.headers.pop("Content-Type", "")
    answer = client.generic(sent.method, sent.path, sent.body, content_type, headers=sent.headers)
    client.cookies.update(answer.cookies)
    return answer


def test_run_by_curl_is_answered_as_told() -> None:
    client = Client(enforce_csrf_checks=True)
    commands = code(page("/api/docs/open-order/run"), "open-order-curl").strip().split("\n\n")
    account, product, contact, quote = [run(client, command) for command in commands[:4]]
    assert cookies(account) == [
        (account.cookies["OwnerId /order"].value, "/order"),
        (account.cookies["OwnerId /order"].value, "/orders"),
    ]
    statuses = [each.status_code for each in (account, product, contact, quote)]
    assert statuses == [200, 201, 200, 200]
    told = quote.json()["quote"]
    assert (told["SubTotal"], told["Total"]) == ("49.00", "58.31")
    submit, follow = commands[4:]
    answer = run(client, submit.replace("HASH-OF-THE-QUOTE", told["Hash"]))
    assert answer.status_code == 202
    order_hash = answer.headers["Location"].rpartition("/")[2]
    pack_all()
    shown = run(client, follow.replace("ORDER-HASH", order_hash))
    assert shown.json()["order"]["Status"] == "packed"
    order = Order.objects.get()
    assert (order.client_name, order.project_name) == ("Constantin Film", "OSD Yamdu Free")


def test_changed_price_is_refused_by_the_same_command() -> None:
    client = Client(enforce_csrf_checks=True)
    commands = code(page("/api/docs/open-order/run"), "open-order-curl").strip().split("\n\n")
    for command in commands[:3]:
        run(client, command)
    answer = run(client, commands[4])
    assert (answer.status_code, list(answer.json())) == (409, ["conflict"])
    assert Order.objects.get().state == "new"


@pytest.mark.once
def test_run_in_python_is_followed_to_its_end(shop: str, tmp_path: Path) -> None:
    with urllib.request.urlopen(f"{shop}/api/docs/open-order/run", timeout=60) as answer:
        source = answer.read().decode()
    script = tmp_path / "order.py"
    script.write_text(code(source, "open-order-python"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, check=False, timeout=600, text=True
    )
    assert done.stdout.split() == ["58.31", "EUR", "packed"], done.stderr


def by_source(name: str, **put_in: str) -> Response:
    """The answer to an example of the older description, as the guide prints it."""
    text = code(page("/api/docs/open-order/source"), name)
    for placeholder, value in put_in.items():
        text = text.replace(f"{{{placeholder}}}", value)
    head, _, body = text.strip().partition("\n\n")
    first, *lines = head.splitlines()
    method, path, _version = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    kind = headers.pop("Content-Type", "")
    return Client().generic(method, path, body, kind, headers=headers)


def credentials() -> dict[str, str]:
    email = make_user().email
    value = base64.b64encode(f"{email}:{PASSWORD}".encode()).decode()
    return {"Base64 of e-mail:password": value}


def test_first_example_of_the_source_opens_an_order() -> None:
    answer = by_source("source-implicit", **credentials())
    assert answer.status_code == 200
    assert [path for _value, path in cookies(answer)] == ["/order", "/orders"]
    morsel = answer.cookies["OwnerId /order"]
    printed = f"{morsel.key}={morsel.value}; HttpOnly; Max-Age=2592000; Path=/order; SameSite=Lax"
    assert morsel.OutputString() == printed
    assert (answer.json()["currency"], answer.json()["language"]) == ("USD", "en-US")
    order = Order.objects.get()
    assert order.owner is not None
    product = by_password(order.owner.email).post("/order/account/products", PRODUCT)
    assert product.status_code == 409


def test_second_example_of_the_source_names_the_order_for_good() -> None:
    by_cookie(OWNER).post("/order")
    answer = by_source("source-alternate", **credentials())
    order_hash = Order.objects.get().order_hash
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.json() == {
        "order": {
            "OwnerId": OWNER,
            "Status": "new",
            "Account": "http://testserver/order/account",
        },
        "links": {
            "self": {"href": "http://testserver/order/", "rel": "self"},
            "alternate": {"href": f"http://testserver/orders/{order_hash}/", "rel": "alternate"},
        },
    }


def test_third_example_of_the_source_shows_the_product() -> None:
    program = by_cookie(OWNER)
    number = program.post("/order/account/products", PRODUCT).json()["productId"]
    answer = by_source("source-child", productId=number, **credentials())
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["status"] == "new"
    assert shown["services"] == f"http://testserver/order/product/{number}/services"
    assert shown["offering"] == "http://testserver/tiers/s/"
    assert shown["links"] == [{"href": f"http://testserver/order/product/{number}/", "rel": "self"}]


def test_refusal_is_answered_as_printed() -> None:
    account = {"currency": "XYZ", "language": "en", "password": "secret"}
    ((kind, told),) = by_cookie().put("/order/account", account).json().items()
    printed = json.loads(code(page("/api/docs/open-order/errors"), "open-order-refusal"))
    assert {kind: {**told, "guid": ""}} == {kind: {**printed[kind], "guid": ""}}


def test_guide_names_all_kinds_of_errors_and_all_that_was_left_out() -> None:
    said = all_words(OPEN_ORDER)
    for status, kind in KINDS.items():
        assert kind in said
        assert str(status) in said
    for name, why in CHANGES["left_out"].items():
        assert f"{name} {why}" in said
