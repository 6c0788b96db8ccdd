"""The row of a worker that runs."""

import os
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from shop.version import version
from shop.worker.instance import TOKEN
from shop.worker.models import InstanceBeat, WorkerInstance
from shop.worker.presence import EVERY, Presence
from tests.waiting import slowness
from tests.worker.real import environment

pytestmark = pytest.mark.django_db

# Starts a process beside the pool, and ends at once: that process tells of the row while it ends.
END = """
import os, signal
from shop.worker.models import WorkerInstance
from shop.worker.processes import Stop, fork
from shop.worker.supervisor import supervise
def tell(*_):
    print("rows:", WorkerInstance.objects.count(), flush=True)
    os._exit(0)
def run():
    signal.signal(signal.SIGTERM, tell)
    os.write(written, b".")
    while True:
        signal.pause()
class Companion:
    def watch(self):
        self.process = fork(run, dies_by=signal.SIGKILL)
        os.read(read, 1)
        stop.asked = True
    def end(self):
        return [self.process]
read, written = os.pipe()
stop = Stop()
supervise({}, stop, [Companion()])
"""


def later(presence: Presence) -> None:
    """Let the time of its next sign come."""
    presence.last -= EVERY


def test_worker_says_that_it_runs_and_leaves_no_row_when_it_ends() -> None:
    presence = Presence()
    presence.watch()
    row = WorkerInstance.objects.get()
    assert (row.pid, row.version, row.token) == (os.getpid(), version(), TOKEN)
    presence.end()
    assert not WorkerInstance.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_has_its_row_until_its_processes_have_ended() -> None:
    done = subprocess.run(
        [sys.executable, Path(settings.BASE_DIR) / "manage.py", "shell", "-v0", "-c", END],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60 * slowness(),
        check=False,
    )
    assert (done.stdout, done.returncode) == ("rows: 1\n", 0), done.stderr
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
        InstanceBeat.objects.create(instance=uuid.uuid4(), cluster="packing", beat_at=seen)
    Presence().watch()
    assert InstanceBeat.objects.count() == 1
    assert sorted(WorkerInstance.objects.values_list("pid", flat=True)) == [6, os.getpid()]
