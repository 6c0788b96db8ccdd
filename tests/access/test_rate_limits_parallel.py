"""Limits that many callers reach at once: no more pass than are allowed."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, RequestFactory
from pytest_django import Settings

from shop.access.models import RateLimitBucket
from shop.access.rate_limits import hit
from shop.orders.models import Order
from tests.accounts.factors import LOGIN
from tests.buckets import full_buckets
from tests.factories import make_user
from tests.open_order.calls import by_cookie, fill, submit
from tests.pages import words
from tests.redis_server import throw_away_server

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 16
ELSEWHERE = "203.0.113.7"
Result = TypeVar("Result")


def at_once(call: Callable[[int], Result], number: int) -> list[Result]:
    """Call `number` times, AT_ONCE at a time, each thread with a connection of its own."""

    def one(each: int) -> Result:
        try:
            return call(each)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(number)))


def count(name: str = "orders") -> bool:
    """Count a call; return whether it was allowed."""
    taken = hit(RequestFactory().get("/", REMOTE_ADDR=ELSEWHERE), name)
    assert taken
    return not taken.retry_after


@pytest.fixture(autouse=True)
def slow(settings: Settings) -> None:
    """Thirty calls, and none comes back while a test runs."""
    settings.RATE_LIMITS = dict.fromkeys(("orders", "codes", "anonymous"), (0.0001, 30))
    full_buckets()


@pytest.mark.parametrize("name", ["orders", "anonymous"])
def test_two_hundred_calls_at_once_pass_as_often_as_the_limit_allows(name: str) -> None:
    assert sum(at_once(lambda _: count(name), 200)) == 30


def test_calls_inside_transactions_pass_as_often_as_the_limit_allows() -> None:
    def inside(_: int) -> bool:
        with transaction.atomic():
            return count()

    assert sum(at_once(inside, 60)) == 30


def test_call_whose_transaction_fails_is_not_counted() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        assert count()
        raise RuntimeError
    assert not RateLimitBucket.objects.exists()


@pytest.mark.once
def test_two_hundred_calls_at_once_in_redis_pass_as_often_as_the_limit_allows(
    settings: Settings,
) -> None:
    with throw_away_server() as server:
        settings.REDIS_URL = server.url
        assert sum(at_once(lambda _: count("anonymous"), 200)) == 30
        assert server.client().keys() == [f"limit:anonymous:{ELSEWHERE}".encode()]
    assert not RateLimitBucket.objects.exists()


def test_orders_submitted_at_once_are_limited(settings: Settings) -> None:
    settings.DEMO = False
    settings.RATE_LIMITS = {"orders": (0.0001, 5), "anonymous": (1000, 10_000)}
    programs = [by_cookie(str(uuid.uuid4())) for _ in range(24)]
    for program in programs:
        fill(program)
    statuses = at_once(lambda number: submit(programs[number]).status_code, len(programs))
    assert sorted(statuses) == [202] * 5 + [429] * 19
    assert Order.objects.exclude(state="new").count() == 5


def test_passwords_guessed_at_once_are_limited() -> None:
    user = make_user()

    def guess(number: int) -> bool:
        browser = Client(REMOTE_ADDR=f"203.0.113.{number}", headers={"accept-language": "en"})
        page = browser.post(LOGIN, {"login": user.email, "password": "wrong"})
        return "Too many failed" not in words(page)

    assert 1 <= sum(at_once(guess, 48)) <= 5


def test_value_is_added_by_one_of_many() -> None:
    cache.set("key", "expired", -1)
    assert sum(at_once(lambda _: cache.add("key", "new", 60), 48)) == 1
