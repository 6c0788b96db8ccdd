"""Error reports: what reaches the server names the error and its place, and nothing of people."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from django.db import OperationalError
from django.test import Client, override_settings
from pytest_django import Settings

from shop import sentry_reports
from shop.log_context import about_order
from shop.version import version
from tests.factories import make_order
from tests.sink import Sink, listening
from tests.test_settings import PRODUCTION, manage
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db
logger = logging.getLogger("shop.tests")
BREAK_SUPERVISOR = """
from shop.worker.processes import Stop
from shop.worker.supervisor import supervise
class Broken:
    def watch(self):
        1 / 0
    def end(self):
        return []
supervise({}, Stop(), [Broken()])
"""
BREAK_POOL = """
import os
from shop.worker.pool import run_pool
def fork():
    raise OSError(11, "Resource temporarily unavailable")
os.fork = fork
run_pool()
"""
ADDRESS = "nina.nebenan@example.com"


@pytest.fixture
def sink(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    monkeypatch.setattr(sentry_reports, "_away_next_at", 0.0)
    with listening() as server:
        settings.SENTRY_DSN = f"http://public@127.0.0.1:{server.port}/1"
        with sentry_sdk.isolation_scope():
            sentry_reports.start("web")
            yield server
            sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)
    sentry_sdk.get_global_scope().remove_tag("process")


def events(sink: Sink) -> list[dict[str, Any]]:
    """The events that this process has sent."""
    sentry_sdk.flush(5)
    return sent(sink)


def sent(sink: Sink) -> list[dict[str, Any]]:
    """The events of the envelopes that were sent: JSON lines, each after the head of its item."""
    found = []
    for _path, body in sink.received:
        lines = [json.loads(line) for line in body.splitlines() if line]
        heads = pairwise(lines)
        found += [item for head, item in heads if head.get("type") == "event"]
    return found


def test_error_of_a_request_is_reported_with_its_place_and_nothing_of_people(
    sink: Sink, settings: Settings
) -> None:
    order = make_order()
    with override_settings(ROOT_URLCONF="tests.broken_urls"):
        caller = Client(raise_request_exception=False, headers={"X-Request-ID": "mine-4"})
        caller.cookies["a"] = "b"
        caller.post(f"/broken?token={order.order_hash}", {"email": ADDRESS})
    (event,) = events(sink)
    (raised,) = event["exception"]["values"]
    assert (raised["type"], raised["value"]) == ("ZeroDivisionError", "division by zero")
    assert raised["stacktrace"]["frames"][-1]["function"] == "broken"
    assert event["release"] == version()
    assert event["tags"] == {"process": "web", "request_id": "mine-4"}
    assert "vars" not in raised["stacktrace"]["frames"][-1]
    text = json.dumps(event)
    assert "/broken?" not in text
    for secret in (order.order_hash, ADDRESS, "a=b", settings.SECRET_KEY):
        assert secret not in text
    assert "request" not in event
    assert "breadcrumbs" not in event
    assert "user" not in event


def test_logged_error_of_the_worker_is_reported_with_its_order_and_masked(sink: Sink) -> None:
    order = make_order()
    with about_order(order):
        try:
            int(f"{ADDRESS}, order {order.order_hash}")
        except ValueError:
            logger.exception("Sending to %s failed.", ADDRESS)
    (event,) = events(sink)
    assert event["logentry"] == {"message": "Sending to …@… failed."}
    assert (
        event["exception"]["values"][0]["value"]
        == "invalid literal for int() with base 10: '…@…, order …'"
    )
    assert event["tags"]["order"] == order.order_number
    assert ADDRESS not in json.dumps(event)


def test_error_in_another_thread_names_the_process_too(sink: Sink) -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(logger.error, "Failed.").result()
    (event,) = events(sink)
    assert event["tags"] == {"process": "web"}


def test_database_that_is_away_is_reported_once_a_minute(sink: Sink) -> None:
    assert sentry_reports.AWAY_EVERY == 60
    for _request in range(3):
        logger.error("Failed.", exc_info=OperationalError("connection refused"))
    logger.error("Something else.")
    assert wait_for(lambda: len(events(sink)) == 2, 5)


@pytest.mark.once
@pytest.mark.parametrize(
    ("process", "broken", "text", "error"),
    [
        (
            *("supervisor", BREAK_SUPERVISOR, "The supervisor failed, and this worker ends."),
            "ZeroDivisionError: division by zero",
        ),
        (
            *("pool", BREAK_POOL, "The main process of the pool failed."),
            "BlockingIOError: [Errno 11] Resource temporarily unavailable",
        ),
    ],
)
def test_error_that_ends_the_supervisor_or_its_pool_is_logged_and_reported(
    process: str, broken: str, text: str, error: str, tmp_path: Path
) -> None:
    with listening() as server:
        dsn = f"http://public@127.0.0.1:{server.port}/1"
        ended = manage(tmp_path, "shell", "-v0", "-c", broken, **PRODUCTION, SENTRY_DSN=dsn)
        (event,) = sent(server)
    assert ended.returncode == 1
    (line,) = map(json.loads, ended.stderr.splitlines())
    assert (line["level"], line["message"]) == ("ERROR", text)
    assert line["exception"].endswith(error)
    assert event["logentry"] == {"message": text}
    assert event["tags"] == {"process": process}


def test_nothing_is_reported_without_a_server(settings: Settings) -> None:
    settings.SENTRY_DSN = ""
    sentry_reports.start("web")
    assert not sentry_sdk.is_initialized()
