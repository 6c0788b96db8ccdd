"""Keep the clusters alive: start them, wake them every second, replace what froze or died.

django-q2 does not notice all its failures: a killed process may have held the lock of the cluster's
inner queue, and the processes of a killed parent go on without it. So a cluster is judged by its
heartbeat, and replaced as a whole.

On a slow machine a limit in seconds would feed on itself: each restart takes the CPU that the next
one needs. So clusters start one after the other, one that still gains CPU time is left alone, and
what a start is allowed doubles with each that failed.
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
from shop.worker.processes import SUPERVISOR, WORKER_NAME, Stop, cpu_seconds, end_groups, kill_group
from shop.worker.wake_up import clear_queue, wake

logger = logging.getLogger(__name__)

TICK = 1.0
GRACE = 15.0  # for running tasks, at the end
PATIENCE = 3  # with the database
START_ALLOWANCE = 15.0  # until the first heartbeat, and while the database is away
PAUSE = 5.0  # after a start without a heartbeat
LONGEST = 300.0  # to which both grow, and for which CPU time alone is taken as a sign of life
PROBE = 2.0  # how long CPU time is watched before a cluster counts as frozen


class Group:
    """The processes of one cluster, in a process group of their own."""

    def __init__(self, cluster: str, frozen_after: float) -> None:
        self.cluster = cluster
        self.frozen_after = frozen_after
        self.process: subprocess.Popen[bytes] | None = None
        self.last_beat: datetime | None = None
        self.has_beat = False
        self.failed_starts = 0
        self.not_before = 0.0
        self.uncounted = 0  # restarts; the database may be away just then
        self._allow(START_ALLOWANCE)

    @property
    def is_starting(self) -> bool:
        """True while the cluster runs and has yet to come to its first heartbeat."""
        return self.process is not None and not self.has_beat

    def _allow(self, seconds: float) -> None:
        """Let the cluster be quiet for `seconds` from now."""
        self.allowance = seconds
        self.quiet_since = self.deadline_from = time.monotonic()
        self.cpu_before: float | None = None

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
                SUPERVISOR: str(os.getpid()),
            },
            process_group=0,
        )
        self.last_beat = heartbeat.beat_at
        self.has_beat = False
        self._allow(min(START_ALLOWANCE * 2**self.failed_starts, LONGEST))

    def watch(self, *, may_start: bool) -> None:
        """Start the cluster where it is missing, wake it, replace it where it died or froze."""
        if self.process is None:
            if may_start and time.monotonic() >= self.not_before:
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
        self.deadline_from += time.monotonic() - asked
        # Whether it changes counts, by our own clock: clocks of machines differ and are set.
        if beat != self.last_beat:
            self.last_beat = beat
            self.has_beat = True
            self.failed_starts = 0
            self._allow(self.frozen_after)
        self.judge()

    def judge(self) -> None:
        """Replace the cluster where it has been quiet for too long and uses no CPU time either."""
        if self.process is None:
            return
        now = time.monotonic()
        left = self.deadline_from + self.allowance - now
        if left > PROBE:
            return
        # While it starts, all its processes count. Later only its workers do: the others look at
        # the queue for ever, also once no worker can take anything from it.
        cpu = cpu_seconds(self.process.pid, "" if self.is_starting else WORKER_NAME)
        if self.cpu_before is None:
            self.cpu_before = cpu
        elif cpu != self.cpu_before and now - self.quiet_since < LONGEST:
            self.deadline_from = now
            self.cpu_before = None
            return
        if left < 0:
            self.replace("froze" if self.has_beat else "did not come to its first heartbeat")

    def be_lenient(self) -> None:
        """Allow more time while the database is away, not for ever: a frozen process may lock it."""
        self.allowance = max(self.allowance, self.frozen_after, START_ALLOWANCE)

    def replace(self, why: str) -> None:
        """Kill what is left of the cluster; a later look starts it again."""
        logger.warning("The cluster %s %s and is started again.", self.cluster, why)
        if self.process is not None:
            kill_group(self.process)
        self.process = None
        self.uncounted += 1
        if not self.has_beat:
            self.not_before = time.monotonic() + min(PAUSE * 2**self.failed_starts, LONGEST)
            self.failed_starts += 1


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
                    group.watch(may_start=not any(each.is_starting for each in groups))
                except Error as error:
                    if not (away or was_away):
                        what = "locked" if "locked" in str(error) else "away"
                        logger.warning("The database is %s: %s", what, str(error).strip())
                    away = True
                    connection.close()
                    group.be_lenient()
                    with suppress(Error):
                        group.judge()
            if was_away and not away:
                logger.warning("The database answers again.")
            stop.sleep(TICK)
    finally:
        end_groups([group.process for group in groups if group.process], GRACE)


def wait_briefly() -> None:
    """Have this process wait for the database for seconds only: while it waits, nobody watches."""
    connection.close()
    option = {"sqlite": "timeout", "postgresql": "connect_timeout"}[connection.vendor]
    connection.settings_dict["OPTIONS"][option] = PATIENCE
