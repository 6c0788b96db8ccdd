"""Locks of accounts hold, however many rows strangers make."""

import time
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.crypto import get_random_string
from pytest_django import Settings

from shop.access.buckets import delete_full_buckets
from shop.access.durable_cache import delete_expired_values
from shop.access.models import CachedValue, RateLimitBucket
from shop.worker.tasks import run_cluster
from tests.accounts.factors import LOGIN, SECOND_STEP, add_app, app_code, by_password
from tests.factories import PASSWORD, make_packed_order, make_user
from tests.open_order.calls import by_password as basic
from tests.pages import visitor, words

pytestmark = [pytest.mark.long, pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PORTAL = "/portal/"
SPELLINGS = ("anna@bücher.example", "anna@xn--bcher-kva.example", "Anna@BÜCHER.example")


def from_everywhere(path: str, number: int, **data: str) -> None:
    """Send a form from `number` lines, each of which is counted by itself."""
    for each in range(number):
        address = f"2001:db8:{each // 65_536:x}:{each % 65_536:x}::1"
        Client(REMOTE_ADDR=address).post(path, data)


def strangers(number: int) -> None:
    """Make rows like those of `number` further requests, with keys before and after all others."""
    for each in range(number):
        cache.set(f"{'!~'[each % 2]}{get_random_string(20)}", [1.0], 3600)


@pytest.mark.parametrize("further", [0, 3400])
def test_password_stays_locked_whatever_strangers_send(further: int) -> None:
    user, order = make_user(), make_packed_order()
    for _ in range(5):
        by_password(visitor(), user, "wrong")
    assert "Too many failed" in words(by_password(visitor(), user))
    from_everywhere(f"/register/{order.order_hash}/code/", 340, code="")
    strangers(further)
    assert RateLimitBucket.objects.count() == 340
    browser = visitor()
    assert "Too many failed" in words(by_password(browser, user))
    assert browser.get(PORTAL).status_code == 302


@pytest.mark.parametrize(
    "guess",
    [
        lambda number: Client(headers={"host": f"testserver:{number + 1}"}).post(
            LOGIN, {"login": "anna@bücher.example", "password": "wrong"}
        ),
        lambda number: basic(SPELLINGS[number % 3], "wrong").get("/order"),
    ],
    ids=["ports", "spellings"],
)
def test_password_is_locked_whatever_host_and_spelling_are_sent(
    guess: Callable[[int], object], settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    make_user(email="anna@bücher.example")
    assert basic(SPELLINGS[0], PASSWORD).get("/order").status_code == 404
    for number in range(5):
        guess(number)
    assert basic(SPELLINGS[0], PASSWORD).get("/order").status_code == 429


@pytest.mark.parametrize("further", [0, 4200])
def test_second_factor_stays_locked_whatever_strangers_send(further: int) -> None:
    user = make_user()
    add_app(user)
    browser = visitor()
    by_password(browser, user)
    for _ in range(5):
        browser.post(SECOND_STEP, {"code": "000000"})
    from_everywhere(LOGIN, 420, login="nobody@example.com", password="wrong")
    strangers(further)
    browser.post(SECOND_STEP, {"code": app_code()})
    assert browser.get(PORTAL).status_code == 302


def test_code_of_an_app_is_used_once_whatever_strangers_send() -> None:
    user, code = make_user(), app_code()
    add_app(user)
    for works in (True, False):
        browser = visitor()
        by_password(browser, user)
        browser.post(SECOND_STEP, {"code": code})
        assert (browser.get(PORTAL).status_code == 200) is works
        strangers(400)


def test_rows_go_an_hour_after_their_time_and_no_others() -> None:
    cache.set("past", [1], 1)
    cache.set("live", [1], 3600)
    cache.set("for-ever", [1], None)
    CachedValue.objects.filter(key__contains="past").update(expires_at=time.time() - 1)
    RateLimitBucket.objects.create(key="full", full_at=time.time() - 1)
    RateLimitBucket.objects.create(key="used", full_at=time.time() + 60)
    delete_expired_values(lambda: None)
    delete_full_buckets(lambda: None)
    assert {row.key.rpartition(":")[2] for row in CachedValue.objects.all()} == {"live", "for-ever"}
    assert [row.key for row in RateLimitBucket.objects.all()] == ["used"]


def test_worker_deletes_expired_rows_by_the_hour(settings: Settings) -> None:
    RateLimitBucket.objects.create(key="full", full_at=0)
    hourly = settings.WORKER_CLUSTERS["messages"]["hourly"]
    paths = [path for path in hourly if path.startswith("shop.access.")]
    settings.WORKER_CLUSTERS = {"test": {"tasks": [], "hourly": paths}}
    run_cluster("test")
    assert not RateLimitBucket.objects.exists()


@pytest.mark.parametrize("value", [True, "y", [1.5, 2.5], {"pkce": None, "scopes": ["a"]}])
def test_cache_returns_what_was_put_in(value: object) -> None:
    assert cache.get("key", "nothing") == "nothing"
    cache.set("key", value, 60)
    assert cache.get("key") == value
    assert not cache.add("key", "other", 60)
    assert cache.touch("key", 60)
    assert cache.delete("key")
    assert not cache.delete("key")
    assert not cache.touch("key", 60)
    assert cache.add("key", value, 60)


def test_value_is_gone_after_its_time_and_its_key_is_free() -> None:
    cache.set("key", "old", 60)
    CachedValue.objects.update(expires_at=time.time() - 1)
    assert cache.get("key") is None
    assert not cache.touch("key", 60)
    assert cache.add("key", "new", 60)
    assert cache.get("key") == "new"
