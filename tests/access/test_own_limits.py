"""The rate limit of one application, which staff set; in the demo it counts on this machine, too."""

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from shop.access.applications import create_application
from shop.access.models import Application, RateLimitBucket
from shop.access.rate_limits import hit_by
from tests.access.test_rate_limits_parallel import at_once
from tests.buckets import full_buckets
from tests.factories import make_application, make_token
from tests.pages import Response
from tests.redis_server import throw_away_server

pytestmark = pytest.mark.django_db

ELSEWHERE, HERE = "203.0.113.7", "127.0.0.1"


@pytest.fixture(autouse=True)
def usual_limits(settings: Settings) -> None:
    """Limits so slow to fill that no test sees them fill."""
    settings.RATE_LIMITS = {"application": (0.001, 4), "anonymous": (0.001, 4)}


def limited(rate: int = 1, burst: int = 2) -> Application:
    return create_application("Few calls", rate=rate, burst=burst)[0]


def call(token: str, address: str = ELSEWHERE, path: str = "/api/orders") -> Response:
    caller = Client(REMOTE_ADDR=address)
    return caller.get(path, headers={"Authorization": f"Bearer {token}"})


def used_up(application: Application) -> str:
    """A token whose bucket is empty, and fills in years."""
    token = make_token(application)
    call(token)
    RateLimitBucket.objects.update(full_at=10**11)
    return token


def test_application_is_held_to_its_own_limit() -> None:
    token, bystander = make_token(limited()), make_token(make_application())
    first = call(token)
    assert (first.status_code, first["RateLimit-Policy"]) == (200, '"application";q=2;w=2')
    assert first["RateLimit"] == '"application";r=1;t=1'
    refused = call(used_up(limited()))
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    usual = call(bystander)
    assert (usual.status_code, usual["RateLimit-Policy"]) == (200, '"application";q=4;w=4000')


@pytest.mark.parametrize("address", [HERE, "::1"])
def test_own_limit_counts_on_this_machine_in_the_demo(address: str) -> None:
    token, bystander = used_up(limited()), make_token(make_application())
    answer = call(token, address)
    assert (answer.status_code, answer["RateLimit"][:16]) == (429, '"application";r=')
    assert "RateLimit" not in call(bystander, address).headers


def test_own_limit_counts_for_the_open_order() -> None:
    token = used_up(limited())
    assert call(token, HERE, "/order").status_code == 429
    assert call(make_token(make_application()), HERE, "/order").status_code == 404


def test_own_limit_takes_no_further_statement() -> None:
    statements = []
    for application in (make_application(), limited()):
        token = make_token(application)
        call(token)  # records that the token is used
        with CaptureQueriesContext(connection) as queries:
            assert call(token).status_code == 200
        statements.append(len(queries))
    assert statements[0] == statements[1]


def test_limit_that_is_set_counts_from_the_next_call() -> None:
    application = make_application()
    token = make_token(application)
    assert call(token)["RateLimit-Policy"] == '"application";q=4;w=4000'
    Application.objects.filter(pk=application.pk).update(rate=7, burst=70)
    assert call(token)["RateLimit-Policy"] == '"application";q=70;w=10'
    Application.objects.filter(pk=application.pk).update(rate=None, burst=None)
    assert call(token)["RateLimit-Policy"] == '"application";q=4;w=4000'


def passed_at_once(application: Application, number: int) -> int:
    """Count the calls that pass of many at the same moment."""

    def passes(_number: int) -> bool:
        taken = hit_by(RequestFactory().get("/", REMOTE_ADDR=ELSEWHERE), application)
        return bool(taken and not taken.retry_after)

    # So slow that no call comes back meanwhile, as `rate` is a whole number a second.
    application.__dict__["rate"] = 0.0001
    return sum(at_once(passes, number))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("burst", [5, 200])  # without and with reserved calls
def test_calls_at_once_pass_as_often_as_the_own_limit_allows(burst: int) -> None:
    full_buckets()
    assert passed_at_once(limited(burst=burst), burst + 100) == burst


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_calls_at_once_in_redis_pass_as_often(settings: Settings) -> None:
    full_buckets()
    with throw_away_server() as server:
        settings.REDIS_URL = server.url
        assert passed_at_once(limited(burst=5), 60) == 5
