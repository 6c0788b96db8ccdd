"""Requests in numbers: measured for `/metrics`, and logged by route, without path or person."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.access.measurements import Metric, measurements, written
from tests.factories import (
    make_application,
    make_order,
    make_packed_order,
    make_staff,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db


def requests() -> list[tuple[str, ...]]:
    measurements.write()
    found = {labels for metric, labels, *_rest in written() if metric == Metric.REQUESTS.value}
    return sorted(found)


def test_requests_are_measured_by_method_route_and_class_of_status() -> None:
    order = make_order()
    caller = Client()
    caller.get(f"/register/{order.order_hash}/")
    caller.get(f"/register/{order.order_hash}/")
    caller.get("/nowhere/nina@example.com/")
    caller.post("/livez")
    caller.generic("BREW", "/livez")
    assert requests() == [
        ("GET", "registration", "2xx"),
        ("GET", "unmatched", "4xx"),
        ("POST", "livez", "2xx"),
        ("other", "livez", "2xx"),
    ]
    numbers = dict.fromkeys(requests(), 0)
    for metric, labels, _bucket, number, _total in written():
        if metric == Metric.REQUESTS.value:
            numbers[labels] += number
    assert numbers["GET", "registration", "2xx"] == 2


class Lines(logging.Handler):
    """Keeps the records that are written of requests."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def lines(settings: Settings) -> Iterator[list[logging.LogRecord]]:
    """The records that are written of requests."""
    settings.LOG_REQUESTS = True
    handler, logger = Lines(), logging.getLogger("shop.requests")
    logger.addHandler(handler)
    yield handler.records
    logger.removeHandler(handler)


def fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = {**vars(record)["fields"]}
    assert found.pop("ms") >= 0
    return found


def test_request_is_logged_by_route_with_status_and_size(lines: list[logging.LogRecord]) -> None:
    order = make_packed_order()
    answer = Client().get(f"/register/{order.order_hash}/")
    (line,) = lines
    assert line.getMessage() == "GET registration 200"
    assert fields(line) == {
        "method": "GET",
        "route": "registration",
        "status": 200,
        "bytes": len(answer.content),
        "user": "anonymous",
    }


def test_kind_of_user_is_logged_without_who_it_is(lines: list[logging.LogRecord]) -> None:
    member, staff = Client(), Client()
    member.force_login(make_user())
    staff.force_login(make_staff())
    member.get("/portal/")
    staff.get("/portal/")
    for holder in (make_application(), make_user()):
        Client(headers={"Authorization": f"Bearer {make_token(holder)}"}).get("/api/orders")
    found = [fields(line)["user"] for line in lines]
    assert found == ["member", "staff", "application", "member"]


def test_probes_and_static_files_are_measured_but_not_logged(
    lines: list[logging.LogRecord],
) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/static/missing.css", "/"):
        Client().get(path)
    assert [fields(line)["route"] for line in lines] == ["tiers"]
    assert {route for _method, route, _status in requests()} == {
        *("livez", "readyz", "metrics", "static", "tiers"),
    }


def test_nothing_is_logged_where_it_is_not_wanted(
    settings: Settings, lines: list[logging.LogRecord]
) -> None:
    settings.LOG_REQUESTS = False
    Client().get("/")
    assert lines == []
    settings.LOG_REQUESTS = True
    Client().get("/")
    assert len(lines) == 1
