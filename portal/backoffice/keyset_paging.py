"""Keyset pagination: each page starts after the last row of the one before, at any depth."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from portal.backoffice.filters import Filter
from shop.orders.cursors import Position, read_cursor, sorted_after, write_cursor
from shop.orders.models import Order

A_PAGE = 50
RELATED = ("packing", "delivered_client", "taken_by")
# What `queue_rows` shows of each.
SHOWN = (
    *("order_number", "state", "complete", "fault", "unreachable_since", "updated_at"),
    *("tier_name", "client_id", "client_name", "follow_up_on"),
    *("packing__last_step", "packing__attempts", "delivered_client__name"),
    *("taken_by__first_name", "taken_by__last_name", "taken_by__email"),
)


@dataclass(frozen=True)
class Page:
    """Some orders of a list, and the cursors of the pages around it; "" if there is none."""

    orders: list[Order]
    before: str = ""
    after: str = ""


def page_of(wanted: Filter, *, after: str = "", before: str = "", size: int = A_PAGE) -> Page:
    """Return the page after the cursor `after`, or before `before`; else the first."""
    start, end = read_cursor(after), read_cursor(before)
    backwards = start is None and end is not None
    found = positions(wanted, start or end, size + 1, backwards=backwards)
    has_more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        # The list ends before the cursor now: start from the first page.
        return page_of(wanted, size=size) if start or end else Page([])
    return Page(
        orders=fetch([pk for _when, pk in found], SHOWN),
        before=write_cursor(found[0]) if start or (backwards and has_more) else "",
        after=write_cursor(found[-1]) if backwards or has_more else "",
    )


def positions(
    wanted: Filter, start: Position | None, number: int, *, backwards: bool = False
) -> list[Position]:
    """Return the positions of the next `number` orders after `start`.

    Each part of the filter is queried for as many, by its index; then they are merged.
    """
    column, latest_first = wanted.order_by
    descending = latest_first != backwards
    lists = [
        sorted_after(part, column, start, descending=descending).values_list(column, "pk")[:number]
        for part in wanted.parts()
    ]
    return list(islice(merge(*lists, reverse=descending), number))


def fetch(pks: list[int], columns: Iterable[str] = ()) -> list[Order]:
    """Return the orders `pks`, in this order, with the relations that lists show.

    With `columns`, these alone are read; else all.
    """
    found = Order.objects.select_related(*RELATED).only(*columns).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]
