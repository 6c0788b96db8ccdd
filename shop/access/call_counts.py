"""Calls of the API by application, day, operation and status, for the pages of applications.

A call only adds to a number in memory; a thread of the process writes the numbers down every few
seconds, with a connection of its own. So no call waits for it. What a process has counted since it
last wrote, CALL_COUNTS_EVERY_SECONDS at most, is lost when it is killed.
"""

import atexit
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from threading import Lock, Timer

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.db import Error, connection
from django.http import HttpRequest
from django.utils import timezone

from shop.access.models import Application, CallCount
from shop.access.outages import Outage

# One statement in every database: several processes add to a row at once.
ADD = """
    INSERT INTO access_callcount AS kept (application_id, day, operation, status, number)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (application_id, day, operation, status)
    DO UPDATE SET number = kept.number + excluded.number
"""
CONVERTER = re.compile(r"<\w+:")
CALLER = "shop.application"  # in the request's META

# Application, day, operation and status.
Key = tuple[int, date, str, int]

table = Outage("The table of the API's calls", "Calls are counted in memory meanwhile.")


class CallCounts:
    """The calls that this process has counted and not written yet."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = Counter[Key]()
        self._timer: Timer | None = None

    def add(self, key: Key) -> None:
        """Count a call, and have it written soon; no statement is made here."""
        with self._lock:
            self._numbers[key] += 1
            if self._timer is None and settings.CALL_COUNTS_EVERY_SECONDS:
                self._timer = Timer(settings.CALL_COUNTS_EVERY_SECONDS, self._run)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Add what was counted to the rows. Raises Error, and then keeps it for the next time."""
        with self._lock:
            numbers, self._numbers = self._numbers, Counter()
        # Sorted: two processes that write at once lock the rows in the same order.
        adapt = connection.ops.adapt_datefield_value
        rows = [
            (application, adapt(day), operation, status, number)
            for (application, day, operation, status), number in sorted(numbers.items())
        ]
        if not rows:
            return
        try:
            with connection.cursor() as cursor:
                cursor.executemany(ADD, rows)
        except Error:
            with self._lock:
                self._numbers.update(numbers)
            raise

    def forget(self) -> None:
        """Forget what is not written, as a killed process does."""
        with self._lock:
            self._numbers.clear()

    def _run(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.write()
        except Error as error:
            table.begin(error)
        else:
            table.end()
        finally:
            connection.close()


counts = CallCounts()


def note_caller(request: HttpRequest, application: Application | None) -> None:
    """Note who makes a call of the API, for `count_call`."""
    if application is not None:
        request.META[CALLER] = application.pk


def count_call(request: HttpRequest, status: int) -> None:
    """Count a call that was answered with `status`; one of no application is not counted."""
    application = request.META.get(CALLER)
    if application is None:
        return
    path = _path_of(request.resolver_match.route if request.resolver_match else "")
    counts.add((application, timezone.localdate(), f"{request.method} {path}"[:150], status))


def delete_old_counts(beat: Callable[[], None]) -> None:
    """Delete the counts of days that are past KEEP_CALL_COUNTS_DAYS. Called every hour."""
    beat()
    oldest = timezone.localdate() - timedelta(days=settings.KEEP_CALL_COUNTS_DAYS)
    CallCount.objects.filter(day__lt=oldest).delete()


@cache
def _path_of(route: str) -> str:
    """Return the path of a URL pattern with names for its variables: "/api/orders/{order_hash}"."""
    path = CONVERTER.sub("<", simplify_regex(route))
    return path.replace("<", "{").replace(">", "}").rstrip("/") or "/"


@atexit.register
def _write_at_exit() -> None:
    if counts._numbers:  # noqa: SLF001 -- of this module
        counts._run()  # noqa: SLF001
