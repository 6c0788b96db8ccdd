"""Keep the pool alive: start it, watch the clusters' heartbeats, replace it when it froze or died.

django-q2 does not notice all its failures: a killed process may have held the lock of the pool's
inner queue, and the processes of a killed parent go on without it. So each cluster is judged by its
heartbeat, and the pool is replaced as a whole. Other workers on the database have heartbeats of their
own: each supervisor looks at those of its own pool alone.

On a slow machine a limit in seconds would feed on itself: each restart takes the CPU that the next
one needs. So a cluster that still gains CPU time is left alone, and what a start is allowed doubles
with each that failed.
"""

import logging
import os
import signal
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from multiprocessing.context import ForkProcess
from typing import Any, Protocol

from django.db import Error, close_old_connections, connection, transaction
from django.db.models import F

from shop.process_starts import report_errors
from shop.worker.instance import TOKEN
from shop.worker.models import Heartbeat, InstanceBeat
from shop.worker.pool import load, run_pool
from shop.worker.presence import Presence
from shop.worker.previous_version import PreviousVersion
from shop.worker.processes import Stop, cpu_seconds, end_groups, fork, group_of, kill_group
from shop.worker.shutdown import begin_shutdown
from shop.worker.tasks import IDLE, name_while_busy

logger = logging.getLogger(__name__)

LOOK = 1.0  # seconds between two looks
GRACE = 15.0  # for running tasks, at the end
PATIENCE = 3  # with the database
START_ALLOWANCE = 15.0  # until the first heartbeat, and while the database is away
PAUSE = 5.0  # after a start without a heartbeat
LONGEST = 300.0  # to which both grow, and for which CPU time alone is taken as a sign of life
PROBE = 2.0  # how long CPU time is watched before a cluster counts as frozen


class Cluster:
    """A cluster as its heartbeat shows it, since the pool was started."""

    def __init__(self, name: str, frozen_after: float) -> None:
        self.name = name
        self.frozen_after = frozen_after
        self.last_beat: datetime | None = None
        self.has_beat = False
        self.uncounted = 0  # restarts; the database may be away just then
        self.allow(START_ALLOWANCE)

    def allow(self, seconds: float) -> None:
        """Let the cluster be quiet for `seconds` from now."""
        self.allowance = seconds
        self.quiet_since = self.deadline_from = time.monotonic()
        self.cpu_before: dict[str, float] | None = None

    def begin(self, beat: datetime | None, allowance: float) -> None:
        """Count its restarts and note its last `beat`, as the pool is about to be started."""
        heartbeat, _ = Heartbeat.objects.get_or_create(cluster=self.name)
        if self.uncounted:
            # Of all workers together.
            Heartbeat.objects.filter(pk=heartbeat.pk).update(
                restarts=F("restarts") + self.uncounted
            )
            self.uncounted = 0
        self.last_beat = beat
        self.has_beat = False
        self.allow(allowance)

    def note(self, beat: datetime | None, took: float) -> None:
        """Note its heartbeat, which the database took some seconds to tell."""
        # Where the database was slow for us it was for the cluster: that is no freezing.
        self.deadline_from += took
        # Whether it changes counts, by our own clock: clocks of machines differ and are set.
        if beat != self.last_beat:
            self.last_beat = beat
            self.has_beat = True
            self.allow(self.frozen_after)

    def is_frozen(self, group: int) -> bool:
        """Tell if it has been quiet for too long, and uses no CPU time in the group either."""
        now = time.monotonic()
        left = self.deadline_from + self.allowance - now
        if left > PROBE:
            return False
        cpu = cpu_seconds(group)
        if self.cpu_before is None:
            self.cpu_before = cpu
        elif self._uses_cpu(self.cpu_before, cpu) and now - self.quiet_since < LONGEST:
            self.deadline_from = now
            self.cpu_before = None
            return False
        return left < 0

    def _uses_cpu(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        busy = name_while_busy(self.name)
        if not self.has_beat:
            names = {*now}
        elif busy in before and busy in now:
            names = {busy}
        else:
            # Nobody works for it: who could? Not those who look at the queue for ever, also once
            # nobody can take anything from it.
            names = {IDLE}
        return any(now.get(name, 0) > before.get(name, 0) for name in names)

    def be_lenient(self) -> None:
        """Allow more time while the database is away, not for ever: a frozen process may lock it."""
        self.allowance = max(self.allowance, self.frozen_after, START_ALLOWANCE)


class Pool:
    """The pool's processes, in a process group of their own."""

    def __init__(self, clusters: Sequence[Cluster]) -> None:
        self.clusters = clusters
        self.process: ForkProcess | None = None
        self.failed_starts = 0
        self.not_before = 0.0
        self.previous_version = PreviousVersion()

    def watch(self) -> None:
        """Start the pool where it is missing, replace it where it died or a cluster froze."""
        if self.process is None:
            if time.monotonic() >= self.not_before:
                self.start()
        elif not self.process.is_alive():
            self.replace("The worker's processes died", self.clusters)
        else:
            asked = time.monotonic()
            # In a transaction: on SQLite it has to wait for other writers, as each heartbeat does.
            with transaction.atomic():
                beats = own_beats()
            took = time.monotonic() - asked
            for cluster in self.clusters:
                cluster.note(beats.get(cluster.name), took)
            if all(cluster.has_beat for cluster in self.clusters):
                self.failed_starts = 0
            self.judge()
            self.previous_version.show(beats)

    def start(self) -> None:
        """Start the pool."""
        beats, allowance = own_beats(), min(START_ALLOWANCE * 2**self.failed_starts, LONGEST)
        for cluster in self.clusters:
            cluster.begin(beats.get(cluster.name), allowance)
        self.process = fork(run_pool, dies_by=signal.SIGKILL)

    def judge(self) -> None:
        """Replace the pool where a cluster has frozen."""
        if self.process is None:
            return
        group = group_of(self.process)
        if frozen := [cluster for cluster in self.clusters if cluster.is_frozen(group)]:
            names = ", ".join(cluster.name for cluster in frozen)
            have_beat = all(cluster.has_beat for cluster in frozen)
            what = "froze" if have_beat else "did not come to its first heartbeat"
            self.replace(f"The cluster {names} {what}", frozen)

    def replace(self, why: str, guilty: Sequence[Cluster]) -> None:
        """Kill what is left of the pool; a later look starts it again."""
        logger.warning("%s and is started again.", why)
        if self.process is not None:
            kill_group(group_of(self.process))
            self.process.join()
        self.process = None
        for cluster in guilty:
            cluster.uncounted += 1
        if not all(cluster.has_beat for cluster in self.clusters):
            self.not_before = time.monotonic() + min(PAUSE * 2**self.failed_starts, LONGEST)
            self.failed_starts += 1

    def end(self) -> list[ForkProcess]:
        """The process to end, if there is one."""
        return [self.process] if self.process else []


def own_beats() -> dict[str, datetime]:
    """The last heartbeat of each cluster of this worker."""
    rows = InstanceBeat.objects.filter(instance=TOKEN)
    return dict(rows.values_list("cluster", "beat_at"))


class Companion(Protocol):
    """Something else that runs beside the pool, such as the demo's web server."""

    def watch(self) -> None:
        """Start it where it is missing."""

    def end(self) -> list[ForkProcess]:
        """The process to end, if there is one."""


def supervise(
    clusters: Mapping[str, Mapping[str, Any]], stop: Stop, companions: Sequence[Companion] = ()
) -> None:
    """Run the clusters until `stop` is set, then end them with time to finish their tasks.

    Raises SystemExit where it fails.
    """
    wait_briefly()
    load()
    pool = Pool([Cluster(name, options["frozen_after"]) for name, options in clusters.items()])
    presence = Presence()
    away = False
    try:
        while not stop.is_set():
            for companion in companions:
                companion.watch()
            presence.watch()
            was_away, away = away, not watched(pool, is_known=away)
            if was_away and not away:
                logger.warning("The database answers again.")
            stop.wait(LOOK)
    except Exception:
        report_errors("supervisor")  # only now: it begins a thread, and nothing is forked any more
        logger.exception("The supervisor failed, and this worker ends.")
        raise SystemExit(1) from None
    finally:
        begin_shutdown()
        ending = [process for each in (*companions, pool) for process in each.end()]
        end_groups(ending, GRACE)
        presence.end()  # only now: until then, `restore` refuses to begin


def watched(pool: Pool, *, is_known: bool) -> bool:
    """Watch the pool; False while the database is away, which is logged unless it is known."""
    try:
        close_old_connections()
        pool.watch()
    except Error as error:
        if not is_known:
            what = "locked" if "locked" in str(error) else "away"
            logger.warning("The database is %s: %s", what, str(error).strip())
        connection.close()
        for cluster in pool.clusters:
            cluster.be_lenient()
        pool.judge()
        return False
    return True


def wait_briefly() -> None:
    """Have this process wait for the database for seconds only: while it waits, nobody watches."""
    connection.close()
    option = {"sqlite": "timeout", "postgresql": "connect_timeout"}[connection.vendor]
    options = connection.settings_dict["OPTIONS"]
    usual = {**options}
    options[option] = PATIENCE

    def restore() -> None:
        options.clear()
        options.update(usual)

    os.register_at_fork(after_in_child=restore)
