"""Keyset pagination: each page starts after the last row of the one before, at any depth."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from django.db.models import Q, QuerySet

from portal.backoffice.filters import Filter
from shop.orders.models import Order

A_PAGE = 50
RELATED = ("packing", "delivered_client", "taken_by")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# A position in a list: the value it is sorted by, and the primary key.
Position = tuple[datetime, int]


@dataclass(frozen=True)
class Page:
    """Some orders of a list, and the cursors of the pages around it; "" if there is none."""

    orders: list[Order]
    before: str = ""
    after: str = ""


def page_of(wanted: Filter, *, after: str = "", before: str = "", size: int = A_PAGE) -> Page:
    """Return the page after the cursor `after`, or before `before`; else the first."""
    start, end = _read(after), _read(before)
    backwards = start is None and end is not None
    found = positions(wanted, start or end, size + 1, backwards=backwards)
    has_more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        # The list ends before the cursor now: start from the first page.
        return page_of(wanted, size=size) if start or end else Page([])
    return Page(
        orders=fetch([pk for _when, pk in found]),
        before=_write(found[0]) if start or (backwards and has_more) else "",
        after=_write(found[-1]) if backwards or has_more else "",
    )


def positions(
    wanted: Filter, start: Position | None, number: int, *, backwards: bool = False
) -> list[Position]:
    """Return the positions of the next `number` orders after `start`.

    Each part of the filter is queried for as many, by its index; then they are merged.
    """
    column, latest_first = wanted.order_by
    descending = latest_first != backwards
    lists = [_list(part, column, start, descending=descending)[:number] for part in wanted.parts()]
    return list(islice(merge(*lists, reverse=descending), number))


def fetch(pks: list[int]) -> list[Order]:
    """Return the orders `pks`, in this order, with the relations that the table shows."""
    found = Order.objects.select_related(*RELATED).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _list(
    part: QuerySet[Order], column: str, start: Position | None, *, descending: bool
) -> QuerySet[Order, Position]:
    sign, side = ("-", "lt") if descending else ("", "gt")
    if start:
        when, pk = start
        behind = Q(**{f"{column}__{side}": when}) | Q(**{f"pk__{side}": pk})
        part = part.filter(behind, **{f"{column}__{side}e": when})
    return part.order_by(f"{sign}{column}", f"{sign}pk").values_list(column, "pk")


def _write(position: Position) -> str:
    when, pk = position
    return f"{(when - EPOCH) // MICROSECOND}-{pk}"


def _read(text: str) -> Position | None:
    when, _dash, pk = text.partition("-")
    if not (text.isascii() and when.isdecimal() and pk.isdecimal() and len(text) < 40):
        return None
    try:
        return EPOCH + int(when) * MICROSECOND, min(int(pk), 2**62)
    except OverflowError:
        return None
