"""Calls that a process reserves: fewer writes, and never more calls than the limit allows."""

import random

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from shop.access.buckets import AHEAD, Charge, charge_row
from shop.access.models import RateLimitBucket
from shop.access.rate_limits import RateLimit, hit
from shop.access.reserved_calls import HORIZON, Reserves
from tests.access.test_rate_limits_parallel import at_once
from tests.buckets import full_buckets
from tests.redis_server import throw_away_server

pytestmark = pytest.mark.django_db(transaction=True)

RATE, BURST = 50, 500
START = 1_000_000_000.0


@pytest.fixture(autouse=True)
def slow(settings: Settings) -> None:
    """Five hundred calls, and none comes back while a test runs."""
    settings.RATE_LIMITS = {"anonymous": (0.0001, BURST)}
    full_buckets()


@pytest.fixture
def made_up_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock does not go on while a process is called at a given time."""
    monkeypatch.setitem(AHEAD, connection.vendor, "0")


def call() -> RateLimit:
    taken = hit(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7"), "anonymous")
    assert taken
    return taken


class Process:
    """A process of its own, which is called at given times."""

    def __init__(self) -> None:
        self.now = START
        self.reserves = Reserves(lambda: self.now)
        self.writes = 0

    def call(self, now: float, burst: int = BURST) -> bool:
        self.now = now
        charge = Charge("key", now, cost=1 / RATE, room=burst / RATE)
        with CaptureQueriesContext(connection) as queries:
            spent = self.reserves.spend(charge, burst, charge_row)
        self.writes += len(queries)
        assert spent
        return spent.allowed


def test_seven_hundred_calls_at_once_pass_as_often_as_the_limit_allows() -> None:
    passed = at_once(lambda _: not call().retry_after, 700)
    assert sum(passed) == BURST


@pytest.mark.once
def test_seven_hundred_calls_at_once_in_redis_pass_as_often(settings: Settings) -> None:
    with throw_away_server() as server:
        settings.REDIS_URL = server.url
        assert sum(at_once(lambda _: not call().retry_after, 700)) == BURST
        assert server.client().keys() == [b"limit:anonymous:203.0.113.7"]


def test_headers_tell_each_call_what_remains() -> None:
    assert [call().remaining for _ in range(BURST)] == list(reversed(range(BURST)))
    assert call().retry_after


def test_process_that_is_called_often_writes_a_tenth_as_often() -> None:
    with CaptureQueriesContext(connection) as queries:
        for _ in range(200):
            call()
    # One, two, four and eight calls, then ten at a time.
    assert len(queries) == 4 + -(-(200 - 15) // 10)


def test_below_half_of_the_burst_calls_are_charged_one_by_one() -> None:
    for _ in range(300):
        call()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(200):
            assert not call().retry_after
    assert len(queries) == 200
    assert call().retry_after


def test_small_burst_has_no_reserve(settings: Settings) -> None:
    settings.RATE_LIMITS = {"anonymous": (0.0001, 30)}
    with CaptureQueriesContext(connection) as queries:
        for _ in range(30):
            call()
    assert len(queries) == 30


def test_calls_inside_a_transaction_reserve_nothing() -> None:
    for _ in range(7):
        call()  # one, two and four: the next would be eight
    with pytest.raises(RuntimeError), transaction.atomic():
        assert call().remaining == 492
        raise RuntimeError
    assert call().remaining == 492


@pytest.mark.usefixtures("made_up_times")
@pytest.mark.parametrize("calls_a_second", [10, 25, 45, 200])
def test_steady_caller_is_written_down_seldom_and_never_refused(calls_a_second: int) -> None:
    process, times = Process(), [START + n / calls_a_second for n in range(5 * calls_a_second)]
    passed = [process.call(now) for now in times]
    assert sum(passed) == min(len(times), BURST + 5 * RATE - 1)
    if calls_a_second <= RATE:
        assert process.writes <= 2 * 5 / HORIZON


@pytest.mark.usefixtures("made_up_times")
def test_single_caller_has_the_whole_burst_after_a_pause() -> None:
    process = Process()
    for n in range(10):
        assert process.call(START + n * 60)
    later = START + 3600
    assert sum(process.call(later) for _ in range(BURST + 50)) == BURST


@pytest.mark.usefixtures("made_up_times")
def test_reserve_is_forgotten_when_the_bucket_is_full_again() -> None:
    process, other = Process(), Process()
    for _ in range(8):
        process.call(START)  # seven are charged as one, two and four; then eight for this one
    later = START + 8 / RATE + 7 / RATE + 0.001
    assert RateLimitBucket.objects.get().full_at < later
    assert sum(other.call(later) for _ in range(BURST + 50)) == BURST
    assert not process.call(later)


@pytest.mark.usefixtures("made_up_times")
@pytest.mark.parametrize("seed", range(5))
def test_no_schedule_of_several_processes_passes_more_than_the_limit(seed: int) -> None:
    chance = random.Random(seed)
    processes, now, passed, burst = [Process() for _ in range(3)], START, [], 120
    for _ in range(6):
        # Steady calls build up reserves; after a pause, everybody calls at once.
        steady = [chance.choice([0.002, 0.01, 0.03, 0.05]) for _ in range(60)]
        for gap in (*steady, chance.choice([0.05, 0.5, 3]), *[0] * 150):
            now += gap
            if chance.choice(processes).call(now, burst):
                passed.append(now)
    # As a bucket that is charged for each call when it is made.
    full_at = START
    for at in passed:
        full_at = max(full_at, at) + 1 / RATE
        assert full_at <= at + burst / RATE + 0.001
    assert len(passed) > 600
