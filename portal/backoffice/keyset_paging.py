"""Keyset pagination: each page starts after the last row of the one before, at any depth."""

from dataclasses import dataclass
from heapq import merge
from itertools import islice

from portal.backoffice.filters import Filter
from shop.compiled_queries import CompiledQuery, Parameter
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
        orders=_fetch_page([pk for _when, pk in found]),
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


def fetch(pks: list[int]) -> list[Order]:
    """Return the orders `pks`, in this order, with the relations that the table shows."""
    found = Order.objects.select_related(*RELATED).in_bulk(pks)
    return [found[pk] for pk in pks if pk in found]


_shown_orders = CompiledQuery(
    lambda: (
        Order.objects.filter(pk__in=[Parameter(f"pk_{place}") for place in range(A_PAGE)])
        .select_related(*RELATED)
        .only(*SHOWN)
        .order_by()
    )
)


def _fetch_page(pks: list[int]) -> list[Order]:
    """Return the same as `fetch`, for at most A_PAGE orders, with the columns SHOWN alone."""
    # Each of the places takes a number; those that are left take the first one again.
    places = {f"pk_{place}": pks[0] for place in range(A_PAGE)}
    places |= {f"pk_{place}": pk for place, pk in enumerate(pks)}
    found = {order.pk: order for order in _shown_orders.all(**places)}
    return [found[pk] for pk in pks if pk in found]
