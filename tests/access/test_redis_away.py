"""REDIS_URL with a real Redis that is stopped or frozen: the shop goes on, and says so once."""

import logging
import os
import re
import signal
from collections.abc import Iterator

import pytest
import redis
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from shop.access import redis_buckets
from shop.access.models import RateLimitBucket
from shop.access.rate_limits import hit
from shop.orders.models import Order
from shop.worker.models import Heartbeat
from tests.accounts.factors import LOGIN, by_password
from tests.api.calls import post_order
from tests.buckets import full_buckets
from tests.factories import DETAILS, make_application, make_token, make_user
from tests.pages import at_checkout, visitor, words
from tests.redis_server import Server, throw_away_server

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ELSEWHERE = "203.0.113.7"


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """A Redis that counts calls, outside the demo's exemption."""
    settings.DEMO = False
    full_buckets()
    with throw_away_server() as started:
        settings.REDIS_URL = started.url
        redis_buckets.server.end()
        yield started
        redis_buckets.server.end()


@pytest.fixture(params=["stopped", "frozen"])
def away(server: Server, request: pytest.FixtureRequest) -> Iterator[Server]:
    """The same, after it has worked once, when it answers no more."""
    assert call_api() == (200, '"application";r=499;t=1')
    assert server.process
    if request.param == "stopped":
        server.kill()
        yield server
        return
    os.kill(server.process.pid, signal.SIGSTOP)
    yield server
    os.kill(server.process.pid, signal.SIGCONT)


@pytest.fixture
def asked(away: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of Redis, one for each time that it is asked again; the pause does not end."""
    found: list[str] = []
    connect = redis_buckets.connect

    def ask(url: str) -> redis.Redis:
        found.append(url)
        return connect(url)

    monkeypatch.setattr(redis_buckets, "connect", ask)
    monkeypatch.setattr(redis_buckets.server, "pause", 3600.0)
    return found


def call_api() -> tuple[int, str]:
    token = make_token(make_application())
    answer = Client(REMOTE_ADDR=ELSEWHERE).get(
        "/api/orders", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.status_code, answer["RateLimit"]


def test_everything_goes_on_and_the_log_says_once_why(
    caplog: pytest.LogCaptureFixture, asked: list[str]
) -> None:
    with caplog.at_level(logging.WARNING, "shop.access"):
        assert [call_api() for _ in range(5)] == [(200, '"application";r=499;t=1')] * 5
        assert post_order(make_token(make_application()), key="k").status_code == 201
        assert Client().post("/order", content_type="application/json").status_code == 201
        user, browser = make_user(), visitor()
        assert by_password(browser, user).status_code == 302
        assert browser.get("/portal/").status_code == 200
        buyer, form = at_checkout()
        assert buyer.post("/checkout/", {**form, **DETAILS}).status_code == 302
    assert Order.objects.filter(state="pending").count() == 2
    assert len(asked) == 1  # each attempt may wait for as long as Redis may take
    (warning,) = caplog.records
    assert warning.getMessage().startswith("Redis does not answer (")
    assert warning.exc_info is None


def test_request_after_the_first_does_not_wait(asked: list[str]) -> None:
    for _ in range(5):
        hit(RequestFactory().get("/", REMOTE_ADDR=ELSEWHERE), "anonymous")
        assert len(asked) == 1


@pytest.mark.usefixtures("away")
def test_calls_are_limited_by_the_database_meanwhile(settings: Settings) -> None:
    settings.RATE_LIMITS = {"anonymous": (0.001, 2)}
    statuses = [Client(REMOTE_ADDR=ELSEWHERE).get("/api/orders").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert RateLimitBucket.objects.filter(key=f"anonymous:{ELSEWHERE}").exists()


@pytest.mark.usefixtures("away")
def test_locks_of_accounts_hold_without_redis() -> None:
    user = make_user()
    for number in range(5):
        browser = Client(REMOTE_ADDR=f"203.0.113.{number}", headers={"accept-language": "en"})
        browser.post(LOGIN, {"login": user.email, "password": "wrong"})
    assert "Too many failed" in words(by_password(visitor(), user))


def test_locks_of_accounts_are_not_in_redis(server: Server) -> None:
    call_api()
    by_password(visitor(), make_user(), "wrong")
    cache.set("key", "value")
    (key,) = server.client().keys()
    assert "limit:application:Application-" in str(key)


def test_redis_counts_again_once_it_is_back(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.kill()
    with caplog.at_level(logging.WARNING, "shop.access"):
        call_api()
        server.start()
        redis_buckets.server.next_at = 0  # the pause is over
        call_api()
        assert len(server.client().keys()) == 1
        away, back = [record.getMessage() for record in caplog.records]
        assert away.startswith("Redis does not answer (")
        assert re.fullmatch(r"Redis answers again, after \d+ s\.", back)
        server.kill()
        call_api()
    assert len(caplog.records) == 3


def test_readiness_names_redis(server: Server, settings: Settings) -> None:
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster, beat_at=timezone.now())
    assert Client().get("/readyz").status_code == 200
    server.kill()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.content) == (
        503,
        b"redis does not answer: ConnectionError",
    )
