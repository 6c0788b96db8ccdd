"""Hourly work: done once an hour over all workers, by the one that claims it first.

The claim is a lease on the cluster's row. A worker that dies during the run lets it lapse, and
another one begins anew; so the functions must bear being run again. They may take long, but not
without a heartbeat: the time limit counts from the last one. One that exceeds it has failed, and the
others go on.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from multiprocessing.sharedctypes import RawValue
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.models import Q
from django.utils import timezone
from django_q.exceptions import TimeoutException

from shop.version import version
from shop.worker.instance import STARTED_AT
from shop.worker.leases import lease_end
from shop.worker.models import Heartbeat
from shop.worker.shutdown import ShutdownError, is_shutting_down
from shop.worker.time_limit import TimeLimit, seconds_of

HOUR = timedelta(hours=1)
ASK_EVERY = 60.0  # seconds between two questions of one worker whether it is due
RENEW_EVERY = 5.0
MARGIN = 2 * RENEW_EVERY  # a lease holds for so many seconds above the time limit


class Questions:
    """The moments at which a worker last asked for hourly work, in memory that forks share."""

    def __init__(self) -> None:
        self._last: defaultdict[str, Any] = defaultdict(lambda: RawValue("d", float("-inf")))
        for cluster in settings.WORKER_CLUSTERS:
            self._last[cluster]  # made before the processes are forked

    def is_due(self, cluster: str) -> bool:
        """Tell if the last question was ASK_EVERY ago; if so, this is one."""
        now, last = time.monotonic(), self._last[cluster]
        if now - last.value < ASK_EVERY:
            return False
        last.value = now
        return True

    def forget(self, cluster: str) -> None:
        """Let the next run of the cluster ask again."""
        self._last[cluster].value = float("-inf")


questions = Questions()


class TooLongError(Exception):
    """A function went on for longer than the time limit without a heartbeat."""


class HourlyRun:
    """The claimed run of a cluster's hourly work; call it, as a heartbeat, to keep the lease."""

    def __init__(self, cluster: str, beat: Callable[[], None]) -> None:
        self.cluster = cluster
        self.beat = beat
        self.token = uuid.uuid4()
        self.time_limit = TimeLimit(seconds_of(cluster))
        # So that no other worker begins while a piece is at work.
        self.seconds = self.time_limit.seconds + MARGIN
        self.renewed = time.monotonic()

    def __call__(self) -> None:
        """Write the heartbeat, begin the time limit anew, and renew the lease now and then.

        Raises ShutdownError.
        """
        if is_shutting_down():
            raise ShutdownError
        self.beat()
        self.time_limit.begin_anew()
        if time.monotonic() - self.renewed >= RENEW_EVERY:
            self.renewed = time.monotonic()
            self._write(hourly_until=lease_end(self.seconds))

    def claim(self) -> bool:
        """Take the run if it is due and nobody is at it.

        It is due an hour after the last one ended; and once after a worker of another version has
        started, as it may have to complete what that version wrote.
        """
        now = timezone.now()
        # The supervisor has made the row, unless the tables were emptied or restored since.
        Heartbeat.objects.get_or_create(cluster=self.cluster)
        due = Q(hourly_at=None) | Q(hourly_at__lte=now - HOUR)
        due |= ~Q(hourly_version=version()) & Q(hourly_at__lt=STARTED_AT)
        free = Q(hourly_until=None) | Q(hourly_until__lt=now)
        rows = Heartbeat.objects.filter(due, free, cluster=self.cluster)
        until = lease_end(self.seconds)
        self.time_limit.begin_anew()
        return bool(rows.update(hourly_token=self.token, hourly_until=until))

    def do(self, work: Callable[[Callable[[], None]], object]) -> None:
        """Call `work` with this as its heartbeat. Raises ShutdownError, TooLongError and its own."""
        try:
            work(self)
        except TimeoutException as error:
            self.time_limit.begin_anew()
            connection.close()  # it may be in the middle of a statement
            raise TooLongError from error

    def end(self, failed: Sequence[str]) -> None:
        """Record that the run came to its end, and the paths of the functions that `failed`."""
        now, failures = timezone.now(), "\n".join(failed)
        self._give_back(hourly_at=now, hourly_failures=failures, hourly_version=version())

    def give_up(self) -> None:
        """Leave the run to whoever asks next. If the database is away, once the lease has ended."""
        questions.forget(self.cluster)
        with suppress(Error):
            self._give_back()

    def _give_back(self, **changes: Any) -> None:
        self._write(hourly_token=None, hourly_until=None, **changes)

    def _write(self, **changes: Any) -> None:
        # Where another worker has taken over, its token is there: nothing is written.
        Heartbeat.objects.filter(cluster=self.cluster, hourly_token=self.token).update(**changes)
