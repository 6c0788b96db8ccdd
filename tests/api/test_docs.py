"""`/api/docs`: each example true."""

import base64
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import playwright
import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.signing_secrets import rotate, signing_secrets
from shop.access.tokens import issue
from shop.api.orders_openapi import EXAMPLES
from shop.guide.pages import ORDERS
from shop.orders.placing import Caller
from tests.api.guides import all_words, code, page, sent_by
from tests.factories import make_application, make_client, make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "told",
    [
        "null once the member has deleted their account",
        "can correct a wrong user_email up to three times until the member has joined",
        "can type its code on the page",
        "We keep them for 90 days",
    ],
)
def test_guide_tells_what_may_become_of_an_order(told: str) -> None:
    assert told in all_words(ORDERS)


def test_guide_prints_the_demo_token_in_the_demo_alone(settings: Settings) -> None:
    assert "example-token" in page("/api/docs")
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    source = page("/api/docs")
    assert "example-token" not in source
    assert "curl -i https://shop.example/api/orders" in code(source, "first-order-curl")


def test_first_order_by_curl_is_answered_as_printed() -> None:
    issue("Demo", holder=make_application(), value="example-token")
    sent = sent_by(code(page("/api/docs"), "first-order-curl"))
    content_type = sent.headers.pop("Content-Type")
    answer = Client().generic(sent.method, sent.path, sent.body, content_type, headers=sent.headers)
    order = answer.json()["data"]["order"]
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/orders/{order['order_hash']}"
    own = ("created_at", "order_hash", "order_number", "registration_url", "updated_at")
    printed = EXAMPLES["placeOrder"]["201"]["complete"]["data"]["order"]
    assert order == {**printed, **{member: order[member] for member in own}}


def test_change_by_curl_is_made() -> None:
    application = make_application()
    issue("Demo", holder=application, value="example-token")
    order = make_order(caller=Caller(application=application))
    sent = sent_by(code(page("/api/docs/changing"), "change-curl"))
    path = sent.path.replace("$ORDER_HASH", order.order_hash)
    content_type = sent.headers.pop("Content-Type")
    answer = Client().generic(sent.method, path, sent.body, content_type, headers=sent.headers)
    assert (sent.method, answer.status_code) == ("PATCH", 200)
    order.refresh_from_db()
    assert (order.reference, order.metadata) == ("PO-4711", {"campaign": "spring"})


def test_cancel_by_curl_is_made() -> None:
    application = make_application()
    issue("Demo", holder=application, value="example-token")
    order = make_order(caller=Caller(application=application), product="xl")
    sent = sent_by(code(page("/api/docs/changing"), "cancel-curl"))
    path = sent.path.replace("$ORDER_HASH", order.order_hash)
    content_type = sent.headers.pop("Content-Type")
    answer = Client().generic(sent.method, path, sent.body, content_type, headers=sent.headers)
    assert (sent.method, answer.status_code) == ("POST", 200)
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_new_project_by_curl_is_ordered() -> None:
    issue("Demo", holder=make_application(), value="example-token")
    client = make_client()
    issue("Demo", holder=client.client_admin, value="example-admin-token")
    sent = sent_by(code(page("/api/docs/kinds"), "new-project-curl"))
    body = sent.body.replace('"client_id":1', f'"client_id":{client.pk}')
    content_type = sent.headers.pop("Content-Type")
    answer = Client().generic(sent.method, sent.path, body, content_type, headers=sent.headers)
    assert (sent.method, answer.status_code) == ("POST", 201)
    order = answer.json()["data"]["order"]
    assert (order["client_id"], order["project_name"]) == (client.pk, "The second film")


def test_refusal_is_answered_as_printed() -> None:
    issue("Demo", holder=make_application(), value="example-token")
    answer = Client().post(
        "/api/orders",
        {"order": {"product": "unknown", "client_name": "", "user_email": "x"}},
        "application/json",
        headers={"Authorization": "Bearer example-token"},
    )
    assert answer.json() == json.loads(code(page("/api/docs/errors"), "refusal"))


def event(application: Application, at: datetime) -> tuple[str, dict[str, str]]:
    """A signed event, in the signatures of all valid secrets."""
    body = json.dumps({"type": "order.state_changed", "data": {"ü": "–"}}, ensure_ascii=False)
    signatures = [Webhook(s).sign("msg_1", at, body) for s in signing_secrets(application)]
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return body, headers


def by_python(source: str, calls: list[list[Any]]) -> list[Any]:
    scope: dict[str, Any] = {}
    exec(code(source, "verify-python"), scope)
    return [scope["read_event"](secret, body.encode(), headers) for secret, body, headers in calls]


def node() -> str:
    """Node.js: an installed one, else the one that Playwright brings along."""
    brought = Path(playwright.__file__).parent / "driver" / "node"
    return shutil.which("node") or str(brought)


def by_javascript(source: str, calls: list[list[Any]]) -> list[Any]:
    script = code(source, "verify-javascript")
    script += f"\nconst calls = {json.dumps(calls)};"
    script += "\nconsole.log(JSON.stringify(calls.map((call) => readEvent(...call))));"
    command = [node(), "--input-type=module", "--eval", script]
    run = subprocess.run(command, capture_output=True, check=True, timeout=600)
    found: list[Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("read", [by_python, by_javascript])
def test_printed_code_tells_our_events_from_others(
    read: Callable[[str, list[list[Any]]], list[Any]],
) -> None:
    application = make_application()
    old = rotate(application)
    now = datetime.now(UTC)
    body, headers = event(application, now)
    secret = rotate(application)
    both = event(application, now)[1]
    assert both["webhook-signature"].count("v1,") == 2
    stale = event(application, now - timedelta(minutes=6))[1]
    early = event(application, now + timedelta(minutes=6))[1]
    genuine = json.loads(body)
    calls_and_results: list[tuple[list[Any], Any]] = [
        ([old, body, headers], genuine),
        ([old, body, both], genuine),
        ([secret, body, both], genuine),
        ([secret, body, headers], None),
        ([secret, body + " ", both], None),
        ([secret, body, {**both, "webhook-id": "msg_2"}], None),
        ([secret, body, stale], None),
        ([secret, body, early], None),
        ([secret, body, {}], None),
        ([secret, body, {**both, "webhook-timestamp": "x"}], None),
    ]
    calls_and_results += [
        ([secret, body, {**both, "webhook-signature": junk}], None)
        for junk in ("junk", "v1,é", "v1,x,y", "v1,", "v2,AAAA", " ", ",")
    ]
    source = page("/api/docs/webhooks")
    results = read(source, [call for call, _result in calls_and_results])
    assert results == [result for _call, result in calls_and_results]


@pytest.fixture
def printed(shop: str) -> str:
    """The guide of a running shop."""
    with urllib.request.urlopen(f"{shop}/api/docs", timeout=60) as answer:
        source: str = answer.read().decode()
        return source


@pytest.mark.once
def test_first_order_in_python_is_followed_to_its_end(
    shop: str, printed: str, tmp_path: Path
) -> None:
    script = tmp_path / "order.py"
    script.write_text(code(printed, "first-order-python"), encoding="utf-8")
    assert_followed(shop, [sys.executable, str(script)])


@pytest.mark.once
def test_first_order_in_javascript_is_followed_to_its_end(
    shop: str, printed: str, tmp_path: Path
) -> None:
    script = tmp_path / "order.mjs"
    script.write_text(code(printed, "first-order-javascript"), encoding="utf-8")
    assert_followed(shop, [node(), str(script)])


def assert_followed(shop: str, command: list[str]) -> None:
    run = subprocess.run(command, capture_output=True, check=False, timeout=600, text=True)
    assert run.returncode == 0, run.stderr
    registration_url, state = run.stdout.split()
    assert registration_url.startswith(f"{shop}/register/")
    assert state == "packed"


def test_token_is_fetched_as_printed() -> None:
    application, secret = create_application("Kranplaner")
    sent = sent_by(code(page("/api/docs/token"), "token-curl"))
    assert sent.user == ["$CLIENT_ID", "$CLIENT_SECRET"]
    credentials = f"{application.oauth_client_id}:{secret}".encode()
    answer = Client().generic(
        sent.method,
        sent.path,
        sent.body,
        "application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {base64.b64encode(credentials).decode()}"},
    )
    assert answer.status_code == 200
    assert set(answer.json()) >= {"access_token", "token_type", "expires_in", "scope"}
