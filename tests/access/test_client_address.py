"""The client's address: who is counted, and requests that do not say it."""

import logging

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from shop.access.client_address import (
    UnknownClientAddressError,
    client_ip,
    counted_address,
    is_exempt,
)
from shop.access.models import CachedValue
from tests.accounts.factors import LOGIN
from tests.buckets import full_buckets
from tests.factories import make_application, make_packed_order, make_token, make_user
from tests.pages import Response, words

db = pytest.mark.django_db


def counted(remote: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    return counted_address(client_ip(request))


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_ipv6_address_counts_by_its_line(remote: str, expected: str) -> None:
    assert counted(remote) == expected


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "203.0.113.1, 203.0.113.2", "203.0.113.2"),
        (2, "203.0.113.1, 203.0.113.2", "203.0.113.1"),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::/64"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
        (2, None, "192.0.2.1"),
    ],
)
def test_client_is_named_by_the_trusted_proxies(
    proxies: int, forwarded: str | None, expected: str, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert counted("192.0.2.1", forwarded) == expected


@pytest.mark.parametrize("forwarded", ["203.0.113.1", "unknown, 203.0.113.1", ", 203.0.113.1"])
def test_client_that_is_not_named_is_no_client(forwarded: str, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    with pytest.raises(UnknownClientAddressError):
        counted("192.0.2.1", forwarded)


def test_client_without_an_address_is_no_client() -> None:
    with pytest.raises(UnknownClientAddressError):
        counted("")


def test_demo_exempts_its_own_machine_alone(settings: Settings) -> None:
    addresses = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "203.0.113.7")
    found = [is_exempt(client_ip(RequestFactory().get("/", REMOTE_ADDR=a))) for a in addresses]
    assert found == [True, True, True, False]
    settings.DEMO = False
    assert not is_exempt(client_ip(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")))


def call_everything(forwarded: str) -> dict[str, Response]:
    """Answers of addresses at which the client counts."""
    order, user = make_packed_order(), make_user()
    token = make_token(make_application())
    browser = Client(headers={"accept-language": "en", "x-forwarded-for": forwarded})
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "x"}
    return {
        "token": browser.post("/oauth/token", form),
        "revoke": browser.post("/oauth/revoke", form),
        "api": browser.get("/api/orders", headers={"authorization": f"Bearer {token}"}),
        "order": browser.post("/order", {}, content_type="application/json"),
        "sign-in": browser.post(LOGIN, {"login": user.email, "password": "wrong"}),
        "reset": browser.post("/account/password/reset/", {"email": user.email}),
        "code": browser.post(f"/register/{order.order_hash}/code/", {"code": "x"}),
    }


@db
@pytest.mark.parametrize("forwarded", ["203.0.113.1", "foo, 203.0.113.1"])
def test_request_that_does_not_say_where_it_comes_from_is_400(
    forwarded: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    full_buckets()
    settings.DEMO = False
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    settings.ACCOUNT_RATE_LIMITS = {}
    told = call_everything("203.0.113.1, 203.0.113.2")
    assert {answer.status_code for answer in told.values()} >= {200, 401}
    full_buckets()
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        answers = call_everything(forwarded)
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        told, 400
    )
    assert [record.exc_info for record in caplog.records] == [None] * len(answers)
    assert list(answers["api"].json()["error"]) == ["base"]
    assert answers["token"].json() == {
        "error": "invalid_request",
        "error_description": "This request cannot be understood.",
    }
    assert "badRequest" in answers["order"].json()


@db
def test_sign_in_counts_an_ipv6_line() -> None:
    full_buckets()
    pages = []
    for number in range(11):
        browser = Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}", headers={"accept-language": "en"})
        email = f"nobody{number}@example.com"
        pages.append(words(browser.post(LOGIN, {"login": email, "password": "wrong"})))
    assert ["Too many failed" in page for page in pages] == [False] * 10 + [True]
    assert CachedValue.objects.filter(key__contains=":ip:2001:db8:1:2::").count() == 1
