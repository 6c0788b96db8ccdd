"""A real worker, in processes of its own, on the database of the running test."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psutil
from django.conf import settings
from django.db import connection

from shop.worker.models import InstanceBeat, WorkerInstance
from tests.waiting import slowness, wait_for


def environment() -> dict[str, str]:
    """The environment of a process that works on the test's own database."""
    name = str(connection.settings_dict["NAME"])
    url = (
        f"sqlite:///{name}"
        if connection.vendor == "sqlite"
        else os.environ["TEST_DATABASE_URL"].replace("/postgres?", f"/{name}?")
    )
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": settings.SECRET_KEY,  # it signs wake-ups
    }


@contextmanager
def running_worker(
    settings_module: str = "shop.settings", **variables: str
) -> Iterator[psutil.Process]:
    """`manage.py worker` for as long as the block runs; needs committed rows."""
    manage = Path(settings.BASE_DIR) / "manage.py"
    variables = environment() | {"DJANGO_SETTINGS_MODULE": settings_module} | variables
    started = subprocess.Popen([sys.executable, str(manage), "worker"], env=variables)
    process = psutil.Process(started.pid)
    try:
        yield process
    finally:
        below = process.children(recursive=True) if process.is_running() else []
        started.terminate()
        try:
            started.wait(30 * slowness())
        finally:
            started.kill()
            started.wait()
            for child in below:
                if child.is_running():
                    child.kill()


def pool(supervisor: psutil.Process) -> psutil.Process | None:
    """The pool's main process; None while it is being replaced."""
    return next((child for child in supervisor.children() if child.name() == "shop-pool"), None)


def helpers(supervisor: psutil.Process) -> list[psutil.Process]:
    """The pool's other processes: five workers, then who writes down, then who fetches."""
    with suppress(psutil.Error):
        if main := pool(supervisor):
            found: list[psutil.Process] = main.children()
            return found
    return []


def last_beat(cluster: str, supervisor: psutil.Process | None = None) -> datetime | None:
    """The time at which the cluster last did something, at any worker or at one."""
    beats = InstanceBeat.objects.filter(cluster=cluster)
    if supervisor is not None:
        row = WorkerInstance.objects.filter(pid=supervisor.pid)
        beats = beats.filter(instance__in=row.values("token"))
    return beats.order_by("-beat_at").values_list("beat_at", flat=True).first()


def beats(cluster: str, seconds: float, supervisor: psutil.Process | None = None) -> bool:
    """Return whether the cluster does something new in time, at any worker or at one."""
    before = last_beat(cluster, supervisor)
    return wait_for(lambda: last_beat(cluster, supervisor) != before, seconds)
