"""Rate limits on machines whose clocks differ: they share one bucket all the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import RequestFactory
from pytest_django import Settings

from shop.access import buckets, rate_limits, redis_buckets
from shop.access.models import RateLimitBucket
from shop.access.rate_limits import RateLimit, hit
from tests.buckets import full_buckets
from tests.redis_server import throw_away_server

pytestmark = pytest.mark.django_db

DIFFERENCE = 10_000.0  # seconds, more than it takes to fill the bucket


@pytest.fixture(autouse=True)
def few_calls(settings: Settings) -> None:
    settings.RATE_LIMITS = dict.fromkeys(("orders", "anonymous"), (0.001, 4))
    full_buckets()


@contextmanager
def clock_ahead(seconds: float) -> Iterator[None]:
    """On a machine whose clock is ahead of the one that all share."""
    clock = SimpleNamespace(time=lambda: time.time() + seconds)
    with pytest.MonkeyPatch.context() as patch:
        for module in (buckets, rate_limits, redis_buckets):
            patch.setattr(module, "time", clock)
        yield


def call(name: str, ahead: float) -> RateLimit:
    with clock_ahead(ahead):
        taken = hit(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7"), name)
    assert taken
    return taken


def assert_one_bucket(name: str) -> None:
    """Four calls pass, whichever machine gets them, and each of both says when the fifth may."""
    ahead = (DIFFERENCE, 0, -DIFFERENCE, DIFFERENCE)
    assert [call(name, each).remaining for each in ahead] == [3, 2, 1, 0]
    for each in (DIFFERENCE, 0, -DIFFERENCE):
        assert 990 < call(name, each).retry_after <= 1000


def test_machines_share_a_bucket_in_the_database() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite is on one machine")
    assert_one_bucket("orders")
    assert RateLimitBucket.objects.get().full_at == pytest.approx(time.time() + 4000, abs=60)


@pytest.mark.once
def test_machines_share_a_bucket_in_redis(settings: Settings) -> None:
    with throw_away_server() as server:
        settings.REDIS_URL = server.url
        assert_one_bucket("anonymous")
        assert server.client().ttl("limit:anonymous:203.0.113.7") == pytest.approx(4000, abs=60)
    assert not RateLimitBucket.objects.exists()
