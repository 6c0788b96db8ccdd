"""Rate limits."""

import math

import pytest
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from shop.access.models import RateLimitBucket
from shop.orders.models import Order
from shop.settings import RATE_LIMITS
from tests.factories import DETAILS, make_application, make_token
from tests.pages import at_checkout

pytestmark = pytest.mark.django_db

ELSEWHERE = "203.0.113.7"


@pytest.fixture(autouse=True)
def few_calls(settings: Settings) -> None:
    """So slow to fill that no test sees it fill."""
    settings.RATE_LIMITS = {
        "application": (0.001, 3),
        "anonymous": (0.001, 2),
        "orders": (0.001, 1),
    }


def call(token: str, address: str = ELSEWHERE) -> tuple[int, str | None]:
    answer = Client(REMOTE_ADDR=address).get(
        "/api/orders", headers={"Authorization": f"Bearer {token}"}
    )
    return answer.status_code, answer.headers.get("RateLimit")


def let_pass(seconds: float) -> None:
    """As if so much time had passed for all buckets."""
    RateLimitBucket.objects.update(full_at=F("full_at") - seconds)


def test_application_is_stopped_when_its_bucket_is_empty() -> None:
    token = make_token(make_application())
    assert [call(token)[0] for _ in range(5)] == [200, 200, 200, 429, 429]
    assert call(make_token(make_application()))[0] == 200


def test_limit_is_told_in_headers() -> None:
    token = make_token(make_application())
    assert call(token) == (200, '"application";r=2;t=1000')
    assert call(token) == (200, '"application";r=1;t=2000')
    answer = Client(REMOTE_ADDR=ELSEWHERE).get(
        "/api/orders", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer["RateLimit-Policy"] == '"application";q=3;w=3000'
    assert "Retry-After" not in answer.headers


def test_refused_call_is_told_when_to_come_again() -> None:
    token = make_token(make_application())
    for _ in range(3):
        call(token)
    answer = Client(REMOTE_ADDR=ELSEWHERE).get(
        "/api/orders", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 429
    assert answer.json()["error"] == {"base": ["Too many requests. Wait as Retry-After says."]}
    assert 990 < int(answer["Retry-After"]) <= 1000


def test_calls_without_a_live_token_count_for_their_address() -> None:
    assert [call("nobody's")[0] for _ in range(3)] == [401, 401, 429]
    assert call("nobody's", "203.0.113.8")[0] == 401


def test_bucket_fills_again(settings: Settings) -> None:
    settings.RATE_LIMITS = {"application": (0.001, 1)}
    token = make_token(make_application())
    assert [call(token)[0] for _ in range(2)] == [200, 429]
    let_pass(seconds=500)
    assert call(token)[0] == 429
    let_pass(seconds=500)
    assert [call(token)[0] for _ in range(2)] == [200, 429]


def test_limit_of_none_lets_nobody_through(settings: Settings) -> None:
    settings.RATE_LIMITS = {"application": (0.001, 0)}
    token = make_token(make_application())
    assert call(token) == (429, '"application";r=0;t=0')


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_demo_limits_nobody_on_this_machine(address: str, settings: Settings) -> None:
    token = make_token(make_application())
    assert {call(token, address) for _ in range(5)} == {(200, None)}
    settings.DEMO = False
    assert call(token, address)[1] is not None


def test_orders_from_our_pages_are_limited_by_address() -> None:
    for status in (302, 429):
        browser, form = at_checkout()
        browser.defaults["REMOTE_ADDR"] = ELSEWHERE
        page = browser.post("/checkout/", {**form, **DETAILS})
        assert page.status_code == status
    assert "There were many orders from here." in page.content.decode()
    assert Order.objects.exclude(state="new").count() == 1


def test_contracts_numbers_are_the_settings() -> None:
    assert RATE_LIMITS["application"] == (50, 500)
    assert RATE_LIMITS["anonymous"] == (20, 200)
    rate, burst = RATE_LIMITS["orders"]
    assert (math.isclose(rate * 3600, 20), burst) == (True, 20)
