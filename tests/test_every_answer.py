"""Headers of every answer, and the addresses that machines ask for."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from shop.worker.models import Heartbeat
from tests.factories import make_packed_order, make_staff, make_user
from tests.pages import assert_headers, at_checkout, html, join_address, visitor

db = pytest.mark.django_db


@db
def test_every_page_carries_the_headers() -> None:
    order = make_packed_order()
    member, staff = visitor(make_user()), visitor(make_staff("agent"))
    buyer, form = at_checkout()
    answers = [
        visitor().get("/"),
        visitor().get("/tiers/s/"),
        buyer.get("/checkout/"),
        buyer.post("/checkout/", form),
        visitor().get(f"/register/{order.order_hash}/"),
        visitor().get(f"/register/{order.order_hash}/progress/"),
        visitor().get(join_address(order)),
        visitor().get("/account/login/"),
        member.get("/portal/"),
        staff.get("/staff/"),
        staff.get(f"/staff/orders/{order.pk}/"),
        visitor().get("/dev/mailbox/"),
        visitor().get("/portal/"),
    ]
    for answer in answers:
        assert answer.status_code in {200, 302, 422}
        assert_headers(answer)


@db
def test_no_page_has_script_or_style_of_its_own() -> None:
    # The policy would stop it: a page that needs it would be broken.
    order = make_packed_order()
    member, staff = visitor(make_user()), visitor(make_staff("agent"))
    buyer, form = at_checkout()
    pages = [
        *(buyer.get(path) for path in ("/", "/tiers/s/", "/checkout/", "/nothing")),
        buyer.post("/checkout/", form),
        visitor().get(f"/register/{order.order_hash}/"),
        visitor().get(join_address(order)),
        *(visitor().get(f"/account/{path}/") for path in ("login", "password/reset", "inactive")),
        *(member.get(path) for path in ("/portal/", "/account/email/", "/account/logout/")),
        *(member.get(f"/account/{path}/") for path in ("2fa", "sessions", "reauthenticate")),
        member.get("/account/password/change/"),
        *(staff.get(path) for path in ("/staff/", f"/staff/orders/{order.pk}/")),
        visitor().get("/dev/mailbox/"),
    ]
    for page in pages:
        source = html(page)
        assert "<html" in source
        assert not re.search(r"<[^>]+\sstyle\s*=", source)
        assert not re.search(r"<[^>]+\son\w+\s*=", source)
        assert "<style" not in source
        assert "javascript:" not in source
        # Data is no script: for one of ours, or for search engines.
        data = r'type="application/(ld\+)?json"'
        assert not re.search(rf"<script(?![^>]*\s(src=|{data}))", source)
        outside = re.findall(r'(?:src|href|action)="(?:https?:)?//([^"/]+)', source)
        assert set(outside) <= {"testserver"}


@db
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-123", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("<b>", False),
        ("", False),
        ("a\n", False),
        ("ä", False),
    ],
)
def test_request_id_is_the_callers_where_it_is_well_formed(given: str, kept: bool) -> None:
    answer = visitor().get("/livez", HTTP_X_REQUEST_ID=given)
    if kept:
        assert answer.headers["X-Request-ID"] == given
    else:
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_request_ids_differ() -> None:
    assert len({visitor().get("/livez").headers["X-Request-ID"] for _ in range(5)}) == 5


def test_process_is_alive_without_a_database() -> None:
    answer = visitor().get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer.headers["Cache-Control"]


def beat_all(at: datetime) -> None:
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.update_or_create(cluster=cluster, defaults={"beat_at": at})


@db
def test_process_is_not_ready_before_each_cluster_has_a_heartbeat() -> None:
    beat_all(timezone.now())
    Heartbeat.objects.filter(cluster="messages").update(beat_at=None)
    answer = visitor().get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"the cluster messages has no heartbeat yet"


@db
def test_process_is_not_ready_while_the_worker_is_away(stopped_clock: datetime) -> None:
    beat_all(stopped_clock - timedelta(minutes=10))
    answer = visitor().get("/readyz")
    assert answer.status_code == 503
    assert answer.content.splitlines() == [
        f"the cluster {cluster} has had no heartbeat for 600 s".encode()
        for cluster in settings.WORKER_CLUSTERS
    ]


@db
def test_process_is_ready_where_database_and_worker_answer() -> None:
    beat_all(timezone.now())
    answer = visitor().get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer.headers["Cache-Control"]


@db
def test_process_is_not_ready_where_the_database_does_not_answer() -> None:
    def away(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        answer = visitor().get("/readyz")
    assert answer.status_code == 503
    assert b"server closed" not in answer.content


def test_robots_are_told_what_is_not_theirs() -> None:
    answer = visitor().get("/robots.txt")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    for path in ("/register/", "/staff/", "/portal/", "/account/", "/checkout/", "/dev/", "/order"):
        assert f"Disallow: {path}" in lines
    assert "Disallow: /" not in lines


def test_icon_is_found_by_its_old_address() -> None:
    answer = visitor().get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/static/favicon")


@db
def test_pages_are_found_without_their_last_slash() -> None:
    answer = visitor().get("/tiers/s")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/tiers/s/")
