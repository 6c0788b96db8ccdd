"""Supervise the clusters: start them, wake them every second, replace those that froze or died.

The queue's library misses some of its own failures. When a killed process held the lock of the
cluster's inner queue, no task ever runs again; the processes of a killed parent go on without it.
So only the heartbeat of a cluster counts, and the cluster is replaced as a whole.
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

TICK = 1.0  # seconds
START_ALLOWANCE = 15.0  # seconds until the first heartbeat, and while the database is away
GRACE = 15.0  # seconds for running tasks at shutdown
PATIENCE = 3  # seconds to wait for the database
PAUSE = 5.0  # seconds before a cluster without any heartbeat is started again


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
        self.uncounted = 0  # restarts not written yet: the database may be away

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
        """Start the cluster if it is missing, wake it, replace it if it died or froze."""
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
        # A database that is slow for us is slow for the cluster, too: it is not frozen.
        self.quiet_since += time.monotonic() - asked
        # Measured by our own clock since the last change: clocks of machines differ.
        if beat != self.last_beat:
            self.last_beat = beat
            self.has_beat = True
            self.allowance = self.frozen_after
            self.quiet_since = time.monotonic()
        self.judge()

    def judge(self) -> None:
        """Replace the cluster if it has been quiet for too long."""
        if self.process is not None and time.monotonic() - self.quiet_since > self.allowance:
            self.replace("froze")

    def be_lenient(self) -> None:
        """Allow more time while the database is away.

        But not for ever: a frozen process may be what locks the database.
        """
        self.allowance = max(self.frozen_after, START_ALLOWANCE)

    def replace(self, why: str) -> None:
        """Kill what is left of the cluster; the next `watch` starts it again."""
        logger.warning("The cluster %s %s and is started again.", self.cluster, why)
        if self.process is not None:
            kill_group(self.process)
        self.process = None
        self.not_before = 0.0 if self.has_beat else time.monotonic() + PAUSE
        self.uncounted += 1


def supervise(clusters: Mapping[str, Mapping[str, Any]]) -> None:
    """Run the clusters until SIGTERM or Ctrl-C, then give their tasks GRACE seconds to finish."""
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
    """Limit how long this process waits for the database: meanwhile it watches nothing."""
    connection.close()
    option = {"sqlite": "timeout", "postgresql": "connect_timeout"}[connection.vendor]
    connection.settings_dict["OPTIONS"][option] = PATIENCE
