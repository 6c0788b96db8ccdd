"""Cursors: positions in a list that is sorted by a time and the primary key.

A page that starts after a position, not after a number of rows, neither skips nor repeats a row
when others join or leave the list meanwhile. A list that can be sorted by two times marks the
cursors of one of them.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from shop.compiled_queries import Parameter

RowT = TypeVar("RowT", bound=Model)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# The value that a list is sorted by, and the primary key.
Position = tuple[datetime, int]


def write_cursor(position: Position, mark: str = "") -> str:
    """The cursor of `position`, for a URL."""
    when, pk = position
    return f"{mark}{(when - EPOCH) // MICROSECOND}-{pk}"


def read_cursor(text: str, mark: str = "") -> Position | None:
    """The position that `text` stands for; None if it is no cursor of lists with this `mark`."""
    if not text.startswith(mark):
        return None
    when, _dash, pk = text.removeprefix(mark).partition("-")
    if not (text.isascii() and when.isdecimal() and pk.isdecimal() and len(text) < 40):
        return None
    try:
        return EPOCH + int(when) * MICROSECOND, min(int(pk), 2**62)
    except OverflowError:
        return None


def sorted_after(
    rows: QuerySet[RowT],
    column: str,
    start: Position | tuple[Parameter, Parameter] | None,
    *,
    descending: bool,
) -> QuerySet[RowT]:
    """Sort `rows` by `column`, and leave out those up to `start`."""
    sign, side = ("-", "lt") if descending else ("", "gt")
    if start:
        when, pk = start
        behind = Q(**{f"{column}__{side}": when}) | Q(**{f"pk__{side}": pk})
        # The first condition is for the index: databases read from there on.
        rows = rows.filter(behind, **{f"{column}__{side}e": when})
    return rows.order_by(f"{sign}{column}", f"{sign}pk")
