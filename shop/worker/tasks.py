"""The task of a wake-up: run what a cluster has to do."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.worker import hourly_work
from shop.worker.hourly_work import HourlyRun
from shop.worker.instance import TOKEN
from shop.worker.models import InstanceBeat
from shop.worker.processes import name_process
from shop.worker.shutdown import ShutdownError, is_shutting_down
from shop.worker.slots import slot

logger = logging.getLogger(__name__)

TABLE = InstanceBeat._meta.db_table  # noqa: SLF001 -- documented by Django
# One statement: two processes of a cluster may write the first heartbeat at once.
BEAT = (
    f"INSERT INTO {TABLE} (instance, cluster, beat_at) VALUES (%s, %s, %s)"  # noqa: S608 -- no values
    " ON CONFLICT (instance, cluster) DO UPDATE SET beat_at = excluded.beat_at"
)

INSTANCE = InstanceBeat._meta.get_field("instance")  # noqa: SLF001 -- documented by Django
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
        instance = INSTANCE.get_db_prep_value(TOKEN, connection)
        beat_at = connection.ops.adapt_datetimefield_value(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(BEAT, [instance, self.cluster, beat_at])
        self.last = now

    def do(self, work: Callable[[Callable[[], None]], object]) -> None:
        """Call `work` with this as its heartbeat. Raises what it raises."""
        work(self)


def name_while_busy(cluster: str) -> str:
    """The name of a process that works for the cluster."""
    return f"shop-{cluster}"[:15]


def run_cluster(cluster: str) -> None:
    """Run the cluster's functions: each looks in our rows for its own work and does it.

    Each gets a `Beat` and calls it between two pieces of work, so that the supervisor can tell a
    long run from a frozen one.
    """
    if is_shutting_down():
        return
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
    if options.get("hourly") and hourly_work.questions.is_due(cluster):
        _run_hourly(options["hourly"], HourlyRun(cluster, beat))


def _run_hourly(paths: Sequence[str], run: HourlyRun) -> None:
    if not run.claim():
        return
    try:
        failed = _run_all(paths, run)
    except ShutdownError:
        run.give_up()
    except BaseException:  # the database went away, or hangs: not done for this hour
        run.give_up()
        raise
    else:
        if is_shutting_down():  # some were left out
            run.give_up()
        else:
            run.end(failed)


def _run_all(paths: Iterable[str], beat: Beat | HourlyRun) -> list[str]:
    """Run the functions at `paths` until the worker shuts down; return those that failed."""
    failed = []
    for path in paths:
        if is_shutting_down():
            break
        try:
            beat.do(import_string(path))
        except Exception:  # one that fails must not keep the others from running
            logger.exception("%s failed.", path)
            failed.append(path)
        beat()
    return failed
