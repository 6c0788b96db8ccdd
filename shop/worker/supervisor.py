"""Keeps the clusters alive: starts them, wakes them every second, replaces what froze or died.

The queue's library does not notice all its failures. A killed process may have held the lock of
the cluster's inner queue, after which no task ever runs again; the processes of a killed parent
go on without it. So a cluster is judged by its heartbeat alone, and replaced as a whole.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.models import F

from shop.worker.models import Heartbeat
from shop.worker.parent_death import VARIABLE
from shop.worker.processes import Stop, end_groups, kill_group
from shop.worker.wake_up import clear_queue, wake

logger = logging.getLogger(__name__)

TICK = 1.0
START_ALLOWANCE = 15.0  # until the first heartbeat, and while the database is away
GRACE = 15.0  # for running tasks, at the end
PATIENCE = 3  # with the database
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
        self.has_beat = False
        self.not_before = 0.0
        self.uncounted = 0  # restarts; the database may be away just then

    def start(self) -> None:
        """Start the cluster, with an empty queue."""
        heartbeat, _ = Heartbeat.objects.get_or_create(cluster=self.cluster)
        if self.uncounted:
            Heartbeat.objects.filter(pk=heartbeat.pk).update(
                restarts=F("restarts") + self.uncounted
            )
            self.uncounted = 0
        clear_queue(self.cluster)
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
        self.allowance = START_ALLOWANCE
        self.quiet_since = time.monotonic()
        self.has_beat = False

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
            self.has_beat = True
            self.allowance = self.frozen_after
            self.quiet_since = time.monotonic()
        self.judge()

    def judge(self) -> None:
        """Replace the cluster where it has been quiet for too long."""
        if self.process is not None and time.monotonic() - self.quiet_since > self.allowance:
            self.replace("froze")

    def be_lenient(self) -> None:
        """Allow more time while the database is away.

        Not for ever: a frozen process may be what locks the database.
        """
        self.allowance = max(self.frozen_after, START_ALLOWANCE)

    def replace(self, why: str) -> None:
        """Kill what is left of the cluster; the next look starts it again."""
        logger.warning("The cluster %s %s and is started again.", self.cluster, why)
        if self.process is not None:
            kill_group(self.process)
        self.process = None
        self.not_before = 0.0 if self.has_beat else time.monotonic() + PAUSE
        self.uncounted += 1


def supervise(clusters: Mapping[str, Mapping[str, Any]]) -> None:
    """Run the clusters until SIGTERM or Ctrl-C, then end them with time to finish their tasks."""
    stop = Stop()
    groups = [Group(name, options["frozen_after"]) for name, options in clusters.items()]
    wait_briefly()
    away = False
    try:
        while not stop.asked:
            was_away, away = away, False
            for group in groups:
                try:
                    close_old_connections()
                    group.watch()
                except Error as error:
                    if not (away or was_away):
                        logger.warning("The database is away: %s", str(error).strip())
                    away = True
                    connection.close()
                    group.be_lenient()
                    with suppress(Error):
                        group.judge()
            if was_away and not away:
                logger.warning("The database is back.")
            stop.sleep(TICK)
    finally:
        end_groups([group.process for group in groups if group.process], GRACE)


def wait_briefly() -> None:
    """Have this process wait for the database for seconds only: while it waits, nobody watches."""
    connection.close()
    option = {"sqlite": "timeout", "postgresql": "connect_timeout"}[connection.vendor]
    connection.settings_dict["OPTIONS"][option] = PATIENCE
