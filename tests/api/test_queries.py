"""The statements that each kind of call makes, in order: none is made twice, and none is new."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from shop.access.reserved_calls import reserves
from shop.access.tokens import check_bearer
from shop.orders.models import Order
from tests.api.calls import EXAMPLE
from tests.factories import make_application, make_token

pytestmark = pytest.mark.django_db(transaction=True)

NOBODY = "0" * 32
TOKEN = "SELECT allauth_idp_oidc_token"
LIMIT = "INSERT access_ratelimitbucket"
TIER = "SELECT catalogue_product"
# With the seller.
RATES = "SELECT catalogue_seller"
WRITTEN = [
    *("INSERT orders_order", "INSERT orders_orderevent", "INSERT orders_searchword"),
    *("INSERT django_q_ormq", "INSERT emails_message"),
]
ENDPOINTS = "SELECT webhooks_webhookendpoint"
KEPT = "SELECT api_idempotentresponse"


@pytest.fixture
def token(settings: Settings) -> str:
    """The token of an application whose calls are counted, and which was used already."""
    settings.DEMO = False
    value = make_token(make_application())
    check_bearer(value)
    return value


def call(token: str, method: str, path: str, body: str = "", **headers: str) -> tuple[int, Any]:
    """The status, and each statement as its verb and its table."""
    headers = {"Authorization": f"Bearer {token}", **headers} if token else headers
    browser = Client(REMOTE_ADDR="203.0.113.7")
    with CaptureQueriesContext(connection) as queries:
        answer = browser.generic(
            method, path, data=body, content_type="application/json", headers=headers
        )
    return answer.status_code, [_short(query["sql"]) for query in queries]


def _short(sql: str) -> str:
    verb = sql.split(maxsplit=1)[0]
    if verb in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"}:
        return verb
    table = re.search(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)', sql)
    return f"{verb} {table[1]}" if table else sql


def test_showing_an_order_takes_its_token_and_its_row(token: str) -> None:
    call(token, "POST", "/api/orders", EXAMPLE)
    path = f"/api/orders/{Order.objects.get().order_hash}"
    reserves.forget()
    assert call(token, "GET", path) == (200, [TOKEN, LIMIT, "SELECT orders_order"])
    assert call(token, "GET", path) == (200, [TOKEN, LIMIT, "SELECT orders_order"])
    # The second has reserved a call.
    assert call(token, "GET", path) == (200, [TOKEN, "SELECT orders_order"])


def test_order_that_is_not_there_takes_as_many(token: str) -> None:
    path = f"/api/orders/{NOBODY}"
    archived = "SELECT orders_archivedorder"
    assert call(token, "GET", path) == (404, [TOKEN, LIMIT, "SELECT orders_order", archived])
    assert call(token, "GET", f"{path}0") == (404, [TOKEN, LIMIT])


def test_call_without_a_live_token_takes_no_order() -> None:
    assert call("", "GET", f"/api/orders/{NOBODY}") == (401, [LIMIT])
    assert call("unknown", "GET", f"/api/orders/{NOBODY}") == (401, [TOKEN, LIMIT])


def test_placing_an_order_writes_each_table_once(token: str) -> None:
    wanted = [TOKEN, LIMIT, TIER, RATES, "BEGIN", *WRITTEN, ENDPOINTS, "COMMIT"]
    assert call(token, "POST", "/api/orders", EXAMPLE) == (201, wanted)


def test_placing_under_a_key_adds_its_response(token: str) -> None:
    # SQLite looks before it waits for its turn; PostgreSQL takes its turn by a lock.
    before = {
        "sqlite": [KEPT, "BEGIN"],
        "postgresql": ["BEGIN", "SELECT set_config"],
    }[connection.vendor]
    status, made = call(token, "POST", "/api/orders", EXAMPLE, **{"Idempotency-Key": "k"})
    lock = [each[:17] if "set_config" in each else each for each in made]
    wanted = [TOKEN, LIMIT, *before, KEPT, TIER, RATES, "SAVEPOINT", *WRITTEN, ENDPOINTS, "RELEASE"]
    assert (status, lock) == (201, [*wanted, "INSERT api_idempotentresponse", "COMMIT"])


def test_document_that_is_refused_writes_nothing(token: str) -> None:
    refused = '{"order":{"product":"no such tier","user_email":"none"}}'
    assert call(token, "POST", "/api/orders", refused) == (422, [TOKEN, LIMIT, TIER])
