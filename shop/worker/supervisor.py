"""Keeps the clusters alive: starts them, wakes them every second, replaces what froze or died.

The queue's library does not notice all its failures. A killed process may have held the lock of
the cluster's inner queue, after which no task ever runs again; the processes of a killed parent
go on without it. So a cluster is judged by its heartbeat alone, and replaced as a whole.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.models import F

from shop.worker.lifeline import VARIABLE
from shop.worker.models import Heartbeat
from shop.worker.waking import forget, wake

logger = logging.getLogger(__name__)

TICK = 1.0
START_ALLOWANCE = 15.0  # until the first heartbeat, and after the database was away
GRACE = 15.0  # for running tasks, at the end
PAUSE = 5.0  # before a cluster that never came to a heartbeat is started again


class Group:
    """The processes of one cluster, in a process group of their own."""

    def __init__(self, cluster: str, frozen_after: float) -> None:
        self.cluster = cluster
        self.frozen_after = frozen_after
        self.process: subprocess.Popen[bytes] | None = None
        self.last_beat: datetime | None = None
        self.allowance = START_ALLOWANCE
        self.quiet_since = time.monotonic()
        self.not_before = 0.0

    def start(self) -> None:
        """Start the cluster, with an empty queue."""
        heartbeat, _ = Heartbeat.objects.get_or_create(cluster=self.cluster)
        forget(self.cluster)
        self.process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster", "--skip-checks"],
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
                "Q_CLUSTER_NAME": self.cluster,
                VARIABLE: str(os.getpid()),
            },
            process_group=0,
        )
        self.last_beat = heartbeat.beat_at
        self.be_patient()

    def be_patient(self) -> None:
        """Wait longer than usual for the next heartbeat."""
        self.allowance = START_ALLOWANCE
        self.quiet_since = time.monotonic()

    def watch(self) -> None:
        """Start the cluster where it is missing or dead, wake it, replace it where it froze."""
        if self.process is None:
            if time.monotonic() >= self.not_before:
                self.start()
            return
        if self.process.poll() is not None:
            self.replace("died")
            return
        asked = time.monotonic()
        wake(self.cluster)
        heartbeat = Heartbeat.objects.filter(cluster=self.cluster).first()
        beat = heartbeat.beat_at if heartbeat else None
        # Where the database was slow for us it was for the cluster: that is no freezing.
        self.quiet_since += time.monotonic() - asked
        # Whether it changes counts, by our own clock: clocks of machines differ and are set.
        if beat != self.last_beat:
            self.last_beat = beat
            self.allowance = self.frozen_after
            self.quiet_since = time.monotonic()
        elif time.monotonic() - self.quiet_since > self.allowance:
            self.replace("froze")

    def replace(self, why: str) -> None:
        """Kill what is left of the cluster; the next look starts it again."""
        logger.warning("The cluster %s %s and is started again.", self.cluster, why)
        never_beat = self.allowance == START_ALLOWANCE
        self.kill()
        self.not_before = time.monotonic() + PAUSE if never_beat else 0.0
        Heartbeat.objects.filter(cluster=self.cluster).update(restarts=F("restarts") + 1)

    def kill(self) -> None:
        """End every process of the group at once."""
        if self.process is not None:
            kill_group(self.process)
            self.process = None


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started in its group, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # the latter is how macOS says that all ended
        pass
    process.wait()


def end_groups(processes: list[subprocess.Popen[bytes]], grace: float) -> None:
    """Ask processes to end, wait a while, then end their groups.

    Only the first process of a group is asked: clusters hang when all their processes are.
    """
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + grace
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("A process did not end within %d seconds and is killed.", grace)
        kill_group(process)


class Stop:
    """Turns true at SIGTERM or Ctrl-C."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask)

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        self.asked = True

    def sleep(self, seconds: float) -> None:
        """Sleep, but not for long when asked to stop: a sleep goes on after a signal."""
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            time.sleep(0.05)


def supervise(clusters: Mapping[str, Mapping[str, Any]]) -> None:
    """Run the clusters until SIGTERM or Ctrl-C, then end them with time to finish their tasks."""
    stop = Stop()
    groups = [Group(name, options["frozen_after"]) for name, options in clusters.items()]
    away = False
    try:
        while not stop.asked:
            close_old_connections()
            try:
                for group in groups:
                    group.watch()
            except Error as error:
                if not away:
                    logger.warning("The database is away: %s", str(error).strip())
                away = True
                connection.close()
                # Without a database there is no heartbeat either: nobody is to blame.
                for group in groups:
                    group.be_patient()
            else:
                if away:
                    logger.warning("The database is back.")
                away = False
            stop.sleep(TICK)
    finally:
        end_groups([group.process for group in groups if group.process], GRACE)
