"""The row of a worker that runs, and the record of its hourly work."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.version import version
from shop.worker import tasks
from shop.worker.models import Heartbeat, WorkerInstance
from shop.worker.presence import EVERY, Presence

pytestmark = pytest.mark.django_db


def hourly(beat: object) -> None:
    """Work that succeeds."""


def hourly_broken(beat: object) -> None:
    """Work that fails."""
    raise ZeroDivisionError


def later(presence: Presence) -> None:
    """Let the time of its next sign come."""
    presence.last -= EVERY


def test_worker_says_that_it_runs_and_leaves_no_row_when_it_ends() -> None:
    presence = Presence()
    presence.watch()
    row = WorkerInstance.objects.get()
    assert (row.pid, row.version) == (os.getpid(), version())
    assert presence.end() == []
    assert not WorkerInstance.objects.exists()


def test_signs_are_rare_and_change_one_row() -> None:
    presence = Presence()
    presence.watch()
    hour_ago = timezone.now() - timedelta(hours=1)
    WorkerInstance.objects.update(seen_at=hour_ago)
    presence.watch()
    assert WorkerInstance.objects.get().seen_at == hour_ago
    later(presence)
    presence.watch()
    assert WorkerInstance.objects.get().seen_at > hour_ago


def test_row_that_was_deleted_is_written_again() -> None:
    presence = Presence()
    presence.watch()
    WorkerInstance.objects.all().delete()
    later(presence)
    presence.watch()
    assert WorkerInstance.objects.count() == 1


def test_rows_of_killed_workers_go_after_a_week() -> None:
    now = timezone.now()
    for days in (6, 8):
        seen = now - timedelta(days=days)
        WorkerInstance.objects.create(
            host="old", pid=days, version="1.4.0", started_at=seen, seen_at=seen
        )
    Presence().watch()
    assert sorted(WorkerInstance.objects.values_list("pid", flat=True)) == [6, os.getpid()]


def test_hourly_run_is_recorded_with_what_failed(settings: Settings) -> None:
    here = "tests.worker.test_presence"
    names = [f"{here}.hourly", f"{here}.hourly_broken"]
    settings.WORKER_CLUSTERS = {"messages": {"tasks": [], "hourly": names}}
    tasks.hours.forget("messages")
    before = timezone.now()
    tasks._run("messages")
    row = Heartbeat.objects.get(cluster="messages")
    assert row.hourly_at is not None
    assert row.hourly_at >= before
    assert row.hourly_failures == f"{here}.hourly_broken"
