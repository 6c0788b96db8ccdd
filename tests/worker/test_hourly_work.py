"""Hourly work: once an hour over all workers, and taken over from one that died at it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.version import version
from shop.worker import shutdown
from shop.worker.hourly_work import HourlyRun, questions
from shop.worker.instance import STARTED_AT
from shop.worker.models import Heartbeat
from shop.worker.tasks import Beat, run_cluster

pytestmark = pytest.mark.django_db

HERE = __name__
calls: list[str] = []


def work(beat: object) -> None:
    calls.append("work")


def fail(beat: object) -> None:
    raise ZeroDivisionError


def cut_off(beat: object) -> None:
    """As the queue ends a run that takes too long."""
    raise SystemExit


def shut_down(beat: object) -> None:
    shutdown.begin_shutdown()


@pytest.fixture(autouse=True)
def cluster(settings: Settings) -> None:
    """One cluster with hourly work, which has never been done."""
    has_work(settings, "work")
    Heartbeat.objects.create(cluster="tests")
    questions.forget("tests")
    calls.clear()


def has_work(settings: Settings, *names: str) -> None:
    paths = [f"{HERE}.{name}" for name in names]
    settings.WORKER_CLUSTERS = {"tests": {"tasks": [], "hourly": paths, "frozen_after": 5}}


def row() -> Heartbeat:
    return Heartbeat.objects.get(cluster="tests")


def run() -> int:
    """Run the cluster a minute later; return how often its hourly work has been done."""
    questions.forget("tests")
    run_cluster("tests")
    return len(calls)


def claim() -> HourlyRun | None:
    """Claim the run as another worker does."""
    other = HourlyRun("tests", Beat("tests"))
    return other if other.claim() else None


def ended(minutes_ago: float) -> None:
    Heartbeat.objects.update(hourly_at=timezone.now() - timedelta(minutes=minutes_ago))


def test_hourly_work_is_done_at_the_first_start_and_an_hour_after_its_end() -> None:
    assert run() == 1
    assert run() == 1
    ended(59)
    assert run() == 1
    ended(61)
    assert run() == 2


def test_worker_asks_once_a_minute() -> None:
    run_cluster("tests")
    ended(61)
    run_cluster("tests")
    assert calls == ["work"]
    questions._last["tests"].value -= 60
    run_cluster("tests")
    assert calls == ["work", "work"]


def test_run_that_another_worker_is_at_is_left_to_it() -> None:
    other = claim()
    assert other
    assert run() == 0
    other.end([])
    assert run() == 0


def test_run_of_a_worker_that_died_is_taken_over_and_the_dead_one_writes_nothing() -> None:
    dead = claim()
    assert dead
    Heartbeat.objects.update(hourly_until=timezone.now() - timedelta(seconds=1))
    mine = claim()
    assert mine
    dead.end(["failed"])
    assert row().hourly_token == mine.token
    mine.end([])
    assert (row().hourly_token, row().hourly_failures) == (None, "")


def test_lease_is_renewed_while_the_work_goes_on() -> None:
    mine = claim()
    assert mine
    Heartbeat.objects.update(hourly_until=timezone.now())
    mine()
    assert row().hourly_until <= timezone.now()  # type: ignore[operator]  # it is set
    mine.renewed -= 5
    mine()
    assert row().hourly_until > timezone.now()  # type: ignore[operator]  # it is set


def test_worker_of_another_version_does_it_once_after_its_start() -> None:
    Heartbeat.objects.update(hourly_version="1.7.0", hourly_at=STARTED_AT - timedelta(minutes=5))
    assert run() == 1
    assert row().hourly_version == version()
    # The one of 1.7 that still runs has started before: they do not take turns.
    Heartbeat.objects.update(hourly_version="1.7.0")
    assert run() == 1


def test_worker_of_the_same_version_does_not_repeat_it_after_its_start() -> None:
    before = STARTED_AT - timedelta(minutes=5)
    Heartbeat.objects.update(hourly_version=version(), hourly_at=before)
    assert run() == 0


def test_end_is_recorded_with_what_failed(settings: Settings) -> None:
    has_work(settings, "fail", "work")
    before = timezone.now()
    assert run() == 1
    assert row().hourly_at >= before  # type: ignore[operator]  # it is set
    assert (row().hourly_failures, row().hourly_until) == (f"{HERE}.fail", None)


def test_run_that_was_cut_off_is_done_by_the_next(settings: Settings) -> None:
    has_work(settings, "cut_off", "work")
    with pytest.raises(SystemExit):
        run()
    assert (calls, row().hourly_at, row().hourly_token) == ([], None, None)
    has_work(settings, "work")
    run_cluster("tests")
    run_cluster("tests")
    assert calls == ["work"]


def test_worker_that_shuts_down_leaves_the_rest_to_another(settings: Settings) -> None:
    has_work(settings, "work", "shut_down", "work")
    try:
        assert run() == 1
    finally:
        shutdown._flag.value = 0
    assert (row().hourly_at, row().hourly_token) == (None, None)
    assert claim()
