"""Rows of the activity from several tables, merged by time and paged by keyset.

Each table gives as many rows as are wanted, by its index of the time. Of rows of one moment those of
an earlier table, and of one table those with a smaller key, count as older.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from portal.backoffice.activity.activity_filters import ActivityFilter
from portal.backoffice.models import BulkJob, Export
from shop.orders.cursors import EPOCH, MICROSECOND
from shop.orders.models import Order, OrderEvent

A_PAGE = 50


class Place(NamedTuple):
    """The place of a row in the list: its time, its table's rank, its primary key."""

    at: datetime
    rank: int
    pk: int


@dataclass(frozen=True)
class Table:
    """A table of acts: its column of the time, and the rows that a filter wants."""

    time: str
    kind: str  # "" if the audit log knows it
    rows: Callable[[ActivityFilter], QuerySet[Any]]


def _events(wanted: ActivityFilter) -> QuerySet[Any]:
    found = OrderEvent.objects.filter(actor__in=wanted.actors).select_related("order", "actor")
    return found.filter(order=wanted.order_pk) if wanted.order else found


def _entries(wanted: ActivityFilter) -> QuerySet[Any]:
    found = LogEntry.objects.filter(
        user__in=wanted.actors, content_type__in=wanted.content_types()
    ).select_related("user", "content_type")
    if not wanted.order:
        return found
    kind = ContentType.objects.get_for_model(Order)
    return found.filter(content_type=kind, object_id=str(wanted.order_pk))


def _exports(wanted: ActivityFilter) -> QuerySet[Any]:
    return Export.objects.filter(user__in=wanted.actors).select_related("user", "file")


def _bulk_jobs(wanted: ActivityFilter) -> QuerySet[Any]:
    return BulkJob.objects.filter(actor__in=wanted.actors).select_related("actor", "assignee")


TABLES = (
    Table("at", "orders", _events),
    Table("action_time", "", _entries),
    Table("at", "exports", _exports),
    Table("created_at", "bulk", _bulk_jobs),
)


@dataclass(frozen=True)
class ActivityPage:
    """Some rows, newest first, and the cursors of the pages around them; "" if there is none."""

    rows: list[Any]
    before: str = ""
    after: str = ""


def page_of_activity(
    wanted: ActivityFilter, *, after: str = "", before: str = "", size: int = A_PAGE
) -> ActivityPage:
    """Return the page after the cursor `after`, or before `before`; else the newest rows."""
    start, end = read_place(after), read_place(before)
    backwards = start is None and end is not None
    found = rows_after(wanted, start or end, size + 1, backwards=backwards)
    has_more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        # The list ends before the cursor now: start from the first page.
        return page_of_activity(wanted, size=size) if start or end else ActivityPage([])
    first, last = found[0][0], found[-1][0]
    return ActivityPage(
        rows=[row for _place, row in found],
        before=write_place(first) if start or (backwards and has_more) else "",
        after=write_place(last) if backwards or has_more else "",
    )


def rows_after(
    wanted: ActivityFilter, start: Place | None, number: int, *, backwards: bool = False
) -> list[tuple[Place, Any]]:
    """Return the next `number` rows behind `start`, with their places."""
    found: list[tuple[Place, Any]] = []
    sign, side = ("", "gt") if backwards else ("-", "lt")
    for rank, rows in filtered_tables(wanted).items():
        time = TABLES[rank].time
        behind = rows.filter(_behind(start, rank, time, side)) if start else rows
        ordered = behind.order_by(f"{sign}{time}", f"{sign}pk")[:number]
        found += [(Place(getattr(row, time), rank, row.pk), row) for row in ordered]
    found.sort(key=lambda each: each[0], reverse=not backwards)
    return found[:number]


def filtered_tables(wanted: ActivityFilter) -> dict[int, QuerySet[Any]]:
    """Return the filtered rows of each table that is wanted, by its rank, in no order."""
    return {
        rank: table.rows(wanted).filter(wanted.of_days(table.time))
        for rank, table in enumerate(TABLES)
        if not table.kind or table.kind in wanted.kinds
    }


def write_place(place: Place) -> str:
    """Return the cursor of `place`, for a URL."""
    return f"{(place.at - EPOCH) // MICROSECOND}-{place.rank}-{place.pk}"


def read_place(text: str) -> Place | None:
    """Return the place that `text` stands for; None if it is no cursor."""
    parts = text.split("-")
    if len(parts) != 3 or not all(_is_number(part) for part in parts):
        return None
    try:
        at = EPOCH + timedelta(microseconds=int(parts[0]))
    except OverflowError:
        return None
    return Place(at, min(int(parts[1]), len(TABLES)), min(int(parts[2]), 2**62))


def _behind(start: Place, rank: int, time: str, side: str) -> Q:
    """Return the condition that a row of the table `rank` lies behind `start`."""
    behind = Q(**{f"{time}__{side}": start.at})
    if rank == start.rank:
        same = Q(**{time: start.at, f"pk__{side}": start.pk})
        # The first condition is for the index: databases read from there on.
        return Q(**{f"{time}__{side}e": start.at}) & (behind | same)
    if (rank < start.rank) == (side == "lt"):
        return Q(**{f"{time}__{side}e": start.at})
    return behind


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20


def users_of(rows: Iterable[Any]) -> set[int]:
    """Return the primary keys of the users that log entries among `rows` are about."""
    return {
        int(row.object_id or 0)
        for row in rows
        if isinstance(row, LogEntry)
        and row.content_type
        and row.content_type.model == "user"
        and str(row.object_id).isdecimal()
    }
