"""The task of a wake-up: run what a cluster has to do."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from multiprocessing.sharedctypes import RawValue
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.worker.models import Heartbeat
from shop.worker.processes import name_process
from shop.worker.slots import slot

logger = logging.getLogger(__name__)

TABLE = Heartbeat._meta.db_table  # noqa: SLF001 -- documented by Django
# One statement: two workers of a cluster may write the first heartbeat at once.
BEAT = (
    f"INSERT INTO {TABLE} (cluster, beat_at, restarts) VALUES (%s, %s, 0)"  # noqa: S608 -- no values
    " ON CONFLICT (cluster) DO UPDATE SET beat_at = excluded.beat_at"
)

HOUR = 3600.0
IDLE = "shop-worker"  # the name of a process that waits for tasks


class Beat:
    """Called between two pieces of work; writes the heartbeat at most once a second."""

    def __init__(self, cluster: str) -> None:
        self.cluster = cluster
        self.last = float("-inf")

    def __call__(self) -> None:
        """Write the heartbeat if the last one is a second old."""
        now = time.monotonic()
        if now - self.last < 1:
            return
        beat_at = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(BEAT, [self.cluster, beat_at])
        self.last = now


class Hours:
    """The moments of each cluster's last hourly work, in memory that forked processes share.

    Two of them may do it at once; that is harmless.
    """

    def __init__(self) -> None:
        self._last: defaultdict[str, Any] = defaultdict(lambda: RawValue("d", float("-inf")))
        for cluster in settings.WORKER_CLUSTERS:
            self._last[cluster]  # made before the processes are forked

    def is_due(self, cluster: str) -> bool:
        """Tell if an hour has passed since this last was true."""
        now, last = time.monotonic(), self._last[cluster]
        if now - last.value < HOUR:
            return False
        last.value = now
        return True

    def forget(self, cluster: str) -> None:
        """Have the cluster do its hourly work again at its next run."""
        self._last[cluster].value = float("-inf")


hours = Hours()


def name_while_busy(cluster: str) -> str:
    """The name of a process that works for the cluster."""
    return f"shop-{cluster}"[:15]


def run_cluster(cluster: str) -> None:
    """Run the cluster's functions: each looks in our rows for its own work and does it.

    Each gets a `Beat` and calls it between two pieces of work, so that the supervisor can tell a
    long run from a frozen one.
    """
    with slot(cluster) as is_free:
        # Who has the slots looks for more work before giving them back; the tick covers the rest.
        if is_free:
            name_process(name_while_busy(cluster))
            try:
                _run(cluster)
            except (OperationalError, InterfaceError):
                pass  # away: the supervisor says so, once, and ticks go on
            finally:
                name_process(IDLE)


def _run(cluster: str) -> None:
    options = settings.WORKER_CLUSTERS[cluster]
    beat = Beat(cluster)
    beat()
    _run_all(options["tasks"], beat)
    if not hours.is_due(cluster):
        return
    try:
        failed = _run_all(options.get("hourly", []), beat)
    except BaseException:  # cut off, or the database went away: not done for this hour
        hours.forget(cluster)
        raise
    Heartbeat.objects.filter(cluster=cluster).update(
        hourly_at=timezone.now(), hourly_failures="\n".join(failed)
    )


def _run_all(paths: Iterable[str], beat: Beat) -> list[str]:
    """Run the functions at `paths`; return the paths of those that failed."""
    failed = []
    for path in paths:
        try:
            import_string(path)(beat)
        except Exception:  # one that fails must not keep the others from running
            logger.exception("%s failed.", path)
            failed.append(path)
        beat()
    return failed
