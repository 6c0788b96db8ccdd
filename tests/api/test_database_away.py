"""A call with a key while the database is locked: 503, and 409 only for a call that really runs."""

import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event

import psycopg
import pytest
from django.conf import settings as current
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from shop.access import buckets, running_calls
from shop.access.idempotency import delete_expired_responses
from shop.access.models import IdempotentResponse
from shop.access.running_calls import alone_in_transaction
from shop.orders.models import Order
from tests.api.calls import list_orders
from tests.factories import DETAILS, make_application, make_token
from tests.pages import Response

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else writes, and takes long; nobody waits for more than half a second."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 500")
        with closing(sqlite3.connect(name, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    monkeypatch.setattr(running_calls, "LOCK_TIMEOUT", "500ms")
    url = os.environ["TEST_DATABASE_URL"].replace("/postgres?", f"/{name}?")
    with psycopg.connect(url) as server:
        server.execute("LOCK TABLE api_idempotentresponse")
        yield


def post(token: str, key: str) -> Response:
    return Client(raise_request_exception=False).post(
        "/api/orders",
        {"order": {"product": "s", **DETAILS}},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
    )


def test_first_call_is_told_to_come_back_while_the_database_is_locked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = make_token(make_application())
    assert list_orders(token).status_code == 200  # notes that the token is in use
    with locked(monkeypatch):
        answer = post(token, "k1")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert list(answer.json()["error"]) == ["base"]
    assert (Order.objects.count(), IdempotentResponse.objects.count()) == (0, 0)
    assert post(token, "k1").status_code == 201


def test_call_that_is_repeated_is_never_told_that_the_first_still_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = make_token(make_application())
    assert post(token, "k1").status_code == 201
    with locked(monkeypatch):
        answer = post(token, "k1")
    # SQLite can be read meanwhile; the lock on PostgreSQL's table keeps readers out, too.
    assert answer.status_code == (201 if connection.vendor == "sqlite" else 503)
    assert post(token, "k1")["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1


@pytest.fixture
def counting(settings: Settings) -> Iterator[None]:
    """Calls are counted, as they are not in the demo on this machine."""
    settings.DEMO = False
    yield
    buckets.table.end()


@pytest.mark.usefixtures("counting")
def test_reading_goes_on_while_the_database_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    token = make_token(make_application())
    assert "RateLimit" in list_orders(token).headers
    monkeypatch.setattr(buckets.table, "pause", 3600.0)
    with locked(monkeypatch), CaptureQueriesContext(connection) as queries:
        answers = [list_orders(token) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    if connection.vendor == "sqlite":  # PostgreSQL locks one table, and not that of the limits
        # The first has waited, for all of them.
        assert sum("INSERT INTO access_ratelimitbucket" in each["sql"] for each in queries) == 1


def test_other_call_under_a_name_waits_for_its_end() -> None:
    inside, leave = Event(), Event()

    def first() -> None:
        try:
            with alone_in_transaction("name", 0) as is_alone:
                assert is_alone
                inside.set()
                leave.wait(60)
        finally:
            connection.close()

    def tries(name: str, patience: float) -> bool:
        try:
            with alone_in_transaction(name, patience) as is_alone:
                return is_alone
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(first)
        assert inside.wait(60)
        assert not tries("name", 0.1)
        waiting = pool.submit(tries, "name", 60)
        leave.set()
        running.result()
        assert waiting.result()
        assert tries("other", 0)


def test_call_that_died_leaves_its_name_free() -> None:
    with pytest.raises(RuntimeError), alone_in_transaction("name", 0):
        raise RuntimeError
    with alone_in_transaction("name", 0) as is_alone:
        assert is_alone
    if connection.vendor == "sqlite":
        assert not list((current.VAR_DIR / "running-calls").iterdir())


def test_file_of_a_call_whose_process_was_killed_goes_by_the_hour() -> None:
    directory = current.VAR_DIR / "running-calls"
    directory.mkdir(exist_ok=True)
    for name, age in (("old", 3700), ("new", 0)):
        (directory / name).touch()
        os.utime(directory / name, times=(time.time() - age,) * 2)
    delete_expired_responses(lambda: None)
    assert [path.name for path in directory.iterdir()] == ["new"]
    (directory / "new").unlink()
