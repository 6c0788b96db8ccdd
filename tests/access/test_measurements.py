"""Measurements: counted in memory, and added up in rows over all processes."""

import os
import threading

import pytest
from django.db import Error, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from shop.access.measurements import Measurements, Metric, count, measurements, observe, written
from shop.access.models import Measurement
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db

STEPS = Metric.STEPS.value


def no_thread(*_arguments: object) -> None:
    """As the system answers when there are too many."""
    raise RuntimeError("can't start new thread")


def test_times_are_added_up_by_labels_and_bucket(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        for seconds in (0.25, 0.125, 0.5):
            observe(Metric.STEPS, seconds, "client", "done")
        observe(Metric.STEPS, 11.0, "client", "bug")
    with django_assert_num_queries(1):
        measurements.write()
    assert sorted(written()) == [
        (STEPS, ("client", "bug"), "+Inf", 1, 11.0),
        (STEPS, ("client", "done"), "0.25", 2, 0.375),
        (STEPS, ("client", "done"), "0.5", 1, 0.5),
    ]


def test_processes_add_to_one_row() -> None:
    for _process in range(3):
        count(Metric.MAILS, "packed", "sent")
        measurements.write()
    assert written() == [(Metric.MAILS.value, ("packed", "sent"), "", 3, 0.0)]


def test_numbers_are_kept_while_they_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    count(Metric.STARTS, "web")
    monkeypatch.setattr("shop.access.measurements.ADD", "INSERT INTO missing_table VALUES (%s)")
    with pytest.raises(Error), transaction.atomic():
        measurements.write()
    monkeypatch.undo()
    count(Metric.STARTS, "web")
    measurements.write()
    assert written() == [(Metric.STARTS.value, ("web",), "", 2, 0.0)]


def test_forked_process_counts_what_it_did_itself() -> None:
    ours = Measurements()
    ours.add((STEPS, ("client", "done"), "0.25"), 1, 0.2)
    ours._lock.acquire()  # as another thread may hold it at the fork
    child = os.fork()
    if child == 0:
        os._exit(int(bool(ours._amounts) or ours._lock.locked()))
    ours._lock.release()
    assert os.waitpid(child, 0)[1] == 0
    assert ours._amounts


def test_numbers_wait_for_the_next_one_where_no_thread_can_be_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CALL_COUNTS_EVERY_SECONDS = 3600
    ours = Measurements()
    key = (STEPS, ("client", "done"), "0.25")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Timer, "start", no_thread)
        ours.add(key, 1, 0.2)
    assert (ours._timer, ours._amounts) == (None, {key: [1, 0.2]})
    ours.add(key, 1, 0.2)
    assert ours._timer is not None
    ours._timer.cancel()
    ours.forget()


@pytest.mark.django_db(transaction=True)
def test_process_writes_its_last_numbers_when_it_ends(settings: Settings) -> None:
    settings.CALL_COUNTS_EVERY_SECONDS = 3600
    ours = Measurements()
    ours.add((STEPS, ("client", "done"), "0.25"), 1, 0.2)
    assert ours._timer is not None
    ours._timer.cancel()
    assert ours._at_exit is not None
    ours._at_exit()
    assert wait_for(lambda: Measurement.objects.filter(metric=STEPS).exists(), 5)
