"""Hourly work: once an hour over all workers, and taken over from one that died at it."""

import signal
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import Value, current_process

import pytest
from django.utils import timezone
from django_q.timeout import TimeoutHandler
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


def end_process(beat: object) -> None:
    raise SystemExit


def hang(beat: object) -> None:
    """Take too long, and be cut off by the queue's alarm."""
    signal.raise_signal(signal.SIGALRM)


def shut_down(beat: Callable[[], None]) -> None:
    """Be told of the end in the midst of many pieces."""
    for piece in range(3):
        calls.append(f"piece {piece}")
        shutdown.begin_shutdown()
        try:
            beat()
        except Exception:  # noqa: BLE001 -- as functions do for each piece
            calls.append("went on")


@pytest.fixture(autouse=True)
def cluster(settings: Settings) -> None:
    """One cluster with hourly work, which has never been done."""
    has_work(settings, "work")
    Heartbeat.objects.create(cluster="tests")
    questions.forget("tests")
    calls.clear()


def has_work(settings: Settings, *names: str) -> None:
    paths = [f"{HERE}.{name}" for name in names]
    options = {"tasks": [], "hourly": paths, "frozen_after": 5, "timeout": 120}
    settings.WORKER_CLUSTERS = {"tests": options}


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


def limit_left() -> float:
    """The seconds until the alarm of the task; 0 if there is none."""
    return signal.getitimer(signal.ITIMER_REAL)[0]


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


def test_run_whose_process_ends_is_done_by_the_next(settings: Settings) -> None:
    has_work(settings, "end_process", "work")
    with pytest.raises(SystemExit):
        run()
    assert (calls, row().hourly_at, row().hourly_token) == ([], None, None)
    has_work(settings, "work")
    run_cluster("tests")
    run_cluster("tests")
    assert calls == ["work"]


@pytest.mark.django_db(transaction=True)  # the connection is closed
def test_function_that_hangs_has_failed_and_the_others_go_on(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    has_work(settings, "hang", "work")
    with TimeoutHandler(50):
        assert run() == 1
        assert limit_left() > 100  # for the others
    assert row().hourly_at
    assert (row().hourly_failures, row().hourly_token) == (f"{HERE}.hang", None)
    assert caplog.messages == [f"{HERE}.hang failed."]


def test_time_limit_begins_anew_with_each_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    timer = Value("f", 53)
    monkeypatch.setattr(current_process(), "timer", timer, raising=False)
    with TimeoutHandler(50):
        mine = claim()
        assert mine
        assert (limit_left() > 100, timer.value) == (True, 123)
        signal.alarm(50)
        timer.value = 53
        mine()
        assert (limit_left() > 100, timer.value) == (True, 123)


def test_no_time_limit_begins_where_there_was_none() -> None:
    mine = claim()
    assert mine
    mine()
    assert limit_left() == 0


def test_worker_that_shuts_down_leaves_the_rest_to_another(settings: Settings) -> None:
    has_work(settings, "work", "shut_down", "work")
    try:
        run()
    finally:
        shutdown._flag.value = 0
    assert calls == ["work", "piece 0"]
    assert (row().hourly_at, row().hourly_token) == (None, None)
    assert claim()
