"""Logs have times, name an order by its number, and do not flood while the database is away."""

import io
import json
import logging
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from shop.log_context import about_order
from shop.logs import DatabaseAwayFilter, DiscreetFormatter, JsonFormatter
from shop.request_id import current_id
from shop.version import version
from tests.factories import make_order, make_packed_order

pytestmark = pytest.mark.django_db
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 ", re.MULTILINE)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The stream to which a handler like that of the settings writes."""
    (configured,) = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, DiscreetFormatter)
    ]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(configured.formatter)
    # As slow as the machine may be, no second line is due.
    handler.filters = [DatabaseAwayFilter(seconds=3600) for _each in configured.filters]
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_refused_pages_of_an_order_are_logged_without_its_hash_and_token(
    lines: io.StringIO,
) -> None:
    order = make_packed_order()
    caller = Client(headers={"X-Request-ID": "mine-1"})
    caller.get(f"/register/{order.order_hash}/join/a-token/")
    caller.get(f"/Register/{order.order_hash}/")
    caller.get(f"/api/orders/{order.order_hash}")
    logging.getLogger("django.request").warning("Forbidden: /account/password/reset/key/3-key/")
    assert len(TIME.findall(lines.getvalue())) == 4
    assert TIME.sub("", lines.getvalue()) == (
        "WARNING mine-1 django.request Not Found: /register/…/join/…/\n"
        "WARNING mine-1 django.request Not Found: /Register/…/\n"
        "WARNING mine-1 django.request Unauthorized: /api/orders/…\n"
        "WARNING mine-1 django.request Forbidden: /account/password/reset/key/…/\n"
    )


@override_settings(ROOT_URLCONF="tests.broken_urls")
def test_database_that_is_away_is_one_line_a_second(lines: io.StringIO) -> None:
    assert DatabaseAwayFilter().seconds == 1
    caller = Client(raise_request_exception=False, headers={"X-Request-ID": "mine-2"})
    answers = [caller.get(path).status_code for path in ("/away", "/api/away", "/order/away")]
    assert answers == [503, 503, 503]
    (line,) = TIME.sub("", lines.getvalue()).splitlines()
    assert line == (
        "ERROR mine-2 django.request Service Unavailable: /away: "
        "OperationalError: connection refused"
    )


def test_lines_that_were_left_out_are_counted() -> None:
    keep = DatabaseAwayFilter(seconds=3600)
    records = [away_record() for _each in range(3)]
    assert [keep.filter(record) for record in records] == [True, False, False]
    keep.next_at = 0
    after = away_record()
    assert keep.filter(after)
    line = DiscreetFormatter("%(message)s").format(after)
    assert line == "Failed: OperationalError: gone (and 2 more like this)"


def away_record() -> logging.LogRecord:
    raised = OperationalError("gone")
    error = (OperationalError, raised, None)
    return logging.LogRecord("shop", logging.ERROR, __file__, 1, "Failed", None, error)


def test_error_of_the_code_keeps_its_traceback_each_time(lines: io.StringIO) -> None:
    with override_settings(ROOT_URLCONF="tests.broken_urls"):
        caller = Client(raise_request_exception=False)
        caller.get("/broken")
        caller.get("/broken")
    assert lines.getvalue().count("ZeroDivisionError: division by zero") == 2
    assert lines.getvalue().count("Traceback (most recent call last)") == 2


def test_mistake_in_sql_is_not_taken_for_a_database_that_is_away() -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(":memory:").execute("SELECT * FROM nothing")
    mistake = OperationalError(str(caught.value))
    record = logging.LogRecord(
        "shop", logging.ERROR, __file__, 1, "Failed", None, (OperationalError, mistake, None)
    )
    assert DatabaseAwayFilter().filter(record)
    assert record.exc_info is not None


def test_card_number_in_an_address_or_a_request_id_is_not_written() -> None:
    formatter = DiscreetFormatter("%(request_id)s %(message)s")
    lines = logging.StreamHandler(io.StringIO())
    lines.setFormatter(formatter)
    logger = logging.getLogger("django.request")
    logger.addHandler(lines)
    try:
        Client(headers={"X-Request-ID": "4111111111111111"}).get("/tiers/4111-1111-1111-1111/")
    finally:
        logger.removeHandler(lines)
    # The caller's id is not taken over; this one is ours.
    assert re.fullmatch("[0-9a-f]{32} Not Found: /tiers/…/\n", lines.stream.getvalue())


def as_json(record: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter().format(record)
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


def test_json_line_names_request_order_process_and_version() -> None:
    order = make_order()
    record = logging.LogRecord(
        "shop", logging.INFO, __file__, 1, "Hash %s", (order.order_hash,), None
    )
    record.processName = "shop-packing"
    current_id.set("mine-5")
    with about_order(order):
        found = as_json(record)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", found.pop("time"))
    assert found == {
        "level": "INFO",
        "logger": "shop",
        "message": "Hash …",
        "request_id": "mine-5",
        "order": order.order_number,
        "process": "shop-packing",
        "pid": os.getpid(),
        "version": version(),
    }
    with about_order(None):
        assert "order" not in as_json(record)


def test_json_line_holds_its_traceback_with_people_masked() -> None:
    try:
        int("nina@example.com")
    except ValueError:
        record = logging.LogRecord(
            "shop", logging.ERROR, __file__, 1, "Broken", None, sys.exc_info()
        )
    found = as_json(record)
    assert found["exception"].startswith("Traceback (most recent call last):\n")
    assert found["exception"].endswith("ValueError: invalid literal for int() with base 10: '…@…'")
    # Somebody else's formatter has left its own text on the record.
    record.exc_text = "nina@example.com"
    assert as_json(record) == found


def test_request_that_sent_an_id_is_named_by_it(lines: io.StringIO) -> None:
    handler = logging.getLogger("django.request").handlers[-1]
    handler.setFormatter(JsonFormatter())
    Client(headers={"X-Request-ID": "mine-3"}).get("/nowhere")
    assert json.loads(lines.getvalue())["request_id"] == "mine-3"


def test_hash_of_the_order_as_the_id_of_a_call_is_not_written(lines: io.StringIO) -> None:
    handler = logging.getLogger("django.request").handlers[-1]
    handler.setFormatter(JsonFormatter())
    order_hash, other = "0a" * 16, "1b" * 16
    for request_id in (order_hash, order_hash.upper(), f"order_{order_hash}", other):
        Client(headers={"X-Request-ID": request_id}).get(f"/register/{order_hash}/")
    *ours, theirs = (json.loads(line)["request_id"] for line in lines.getvalue().splitlines())
    assert len(ours) == 3
    assert all(re.fullmatch("(?!0a0a)[0-9a-f]{32}", each) for each in ours)
    assert theirs == other  # proxies send such ids, too
