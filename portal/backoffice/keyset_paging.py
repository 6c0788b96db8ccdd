"""Pages of a list of any length: each begins where the one before ended, however far that is."""

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

# Where an order stands in a list: what it is sorted by, and its number.
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Page:
    """Some orders of a list, and how the pages around them are asked for: empty for none."""

    orders: list[Order]
    before: str = ""
    after: str = ""


def page_of(wanted: Filter, *, after: str = "", before: str = "", size: int = A_PAGE) -> Page:
    """The page behind the place `after`, or the one in front of `before`; else the first."""
    start, end = _read(after), _read(before)
    if end and not start:
        found = places(wanted, end, size + 1, backwards=True)
        has_before, has_after = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = places(wanted, start, size + 1)
        has_before, has_after = start is not None, len(found) > size
        found = found[:size]
    if not found:
        # Whoever comes to an end that has moved begins anew.
        return page_of(wanted, size=size) if start or end else Page([])
    return Page(
        orders=fetch([pk for _when, pk in found]),
        before=_write(found[0]) if has_before else "",
        after=_write(found[-1]) if has_after else "",
    )


def places(
    wanted: Filter, start: Place | None, number: int, *, backwards: bool = False
) -> list[Place]:
    """The next `number` orders from `start` on, `start` not among them.

    Each part of the filter is asked for as many, by its index; together they are in order.
    """
    column, latest_first = wanted.order_by
    falling = latest_first != backwards
    lists = [_list(part, column, start, falling=falling)[:number] for part in wanted.parts()]
    return list(islice(merge(*lists, reverse=falling), number))


def fetch(pks: list[int]) -> list[Order]:
    """The orders `pks`, in this order, with what the table tells of them."""
    found = Order.objects.select_related(*RELATED).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


def _list(
    part: QuerySet[Order], column: str, start: Place | None, *, falling: bool
) -> QuerySet[Order, Place]:
    sign, side = ("-", "lt") if falling else ("", "gt")
    if start:
        when, pk = start
        behind = Q(**{f"{column}__{side}": when}) | Q(**{f"pk__{side}": pk})
        part = part.filter(behind, **{f"{column}__{side}e": when})
    return part.order_by(f"{sign}{column}", f"{sign}pk").values_list(column, "pk")


def _write(place: Place) -> str:
    when, pk = place
    return f"{(when - EPOCH) // MICROSECOND}-{pk}"


def _read(text: str) -> Place | None:
    when, _dash, pk = text.partition("-")
    if not (text.isascii() and when.isdecimal() and pk.isdecimal() and len(text) < 40):
        return None
    try:
        return EPOCH + int(when) * MICROSECOND, min(int(pk), 2**62)
    except OverflowError:
        return None
