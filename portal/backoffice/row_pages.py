"""Pages of a list in the order of primary keys, without counting what comes before."""

from typing import Any, NamedTuple

from django.db.models import QuerySet

A_PAGE = 50


class RowPage(NamedTuple):
    """Some rows, and the keys around them: "" where there are no more."""

    rows: list[Any]
    before: str
    after: str


def row_page(
    found: QuerySet[Any], *, after: str = "", before: str = "", newest_first: bool = True
) -> RowPage:
    """Return the page behind the primary key `after`, or in front of `before`; else the first.

    `found` is in no order. Where nothing is there any more, it is the first page.
    """
    start, end = read_key(after), read_key(before)
    backwards = bool(end) and not start
    downwards = newest_first != backwards
    part = found
    if edge := start or end:
        part = found.filter(pk__lt=edge) if downwards else found.filter(pk__gt=edge)
    rows = list(part.order_by("-pk" if downwards else "pk")[: A_PAGE + 1])
    has_more, rows = len(rows) > A_PAGE, rows[:A_PAGE]
    if backwards:
        rows.reverse()
    if not rows:
        return row_page(found, newest_first=newest_first) if edge else RowPage([], "", "")
    first, last = str(rows[0].pk), str(rows[-1].pk)
    is_first = not start and not (backwards and has_more)
    return RowPage(rows, "" if is_first else first, last if backwards or has_more else "")


def read_key(text: str) -> str:
    """Return `text` if it can be a primary key, else ""."""
    return text if text.isascii() and text.isdecimal() and len(text) < 19 else ""
