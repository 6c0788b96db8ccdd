"""Calls of the API by application, day, operation and status, for the pages of applications.

They are counted in memory and written behind (`write_behind.py`), so no call waits for them.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from shop.access.models import Application, CallCount
from shop.access.outages import Outage
from shop.access.write_behind import WriteBehind

# One statement in every database: several processes add to a row at once.
ADD = """
    INSERT INTO access_callcount AS kept (application_id, day, operation, status, number)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (application_id, day, operation, status)
    DO UPDATE SET number = kept.number + excluded.number
"""
CONVERTER = re.compile(r"<\w+:")
# In the request's META.
CALLER, CALLER_KIND = "shop.application", "shop.caller_kind"

# Application, day, operation and status.
Key = tuple[int, date, str, int]


class CallCounts(WriteBehind[Key]):
    """The calls that this process has counted and not written yet."""

    table = Outage("The table of the API's calls", "Calls are counted in memory meanwhile.")

    def store(self, rows: Sequence[tuple[Key, list[float]]]) -> None:
        """Add the calls to their rows. Raises Error."""
        adapt = connection.ops.adapt_datefield_value
        with connection.cursor() as cursor:
            cursor.executemany(
                ADD,
                [
                    (application, adapt(day), operation, status, number)
                    for (application, day, operation, status), [number] in rows
                ],
            )


counts = CallCounts()


def note_caller(request: HttpRequest, application: Application | None, user: object = None) -> None:
    """Note who makes a call of the API, for `count_call` and the log."""
    if application is not None:
        request.META[CALLER] = application.pk
        request.META[CALLER_KIND] = "application"
    elif user is not None:
        request.META[CALLER_KIND] = "member"


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
