"""Keyset pagination: each page starts after the last row of the one before, at any depth."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import DateTimeField, TextField, Value
from django.db.models.expressions import RawSQL

from portal.backoffice.queue.filters import GROUPS, Filter
from portal.backoffice.queue.queue_columns import COLUMNS, shown_columns
from shop.compiled_queries import CompiledQuery, Parameter, Statement
from shop.orders.cursors import Position, read_cursor, sorted_after, write_cursor
from shop.orders.models import Order

A_PAGE = 50
RELATED = ("packing", "delivered_client", "taken_by")


class ListedOrder(NamedTuple):
    """The columns of an order that `queue_rows` shows, and those that positions are made of."""

    pk: int
    order_number: str | None
    state: str
    complete: bool
    fault: str
    unreachable_since: datetime | None
    created_at: datetime
    updated_at: datetime
    tier_name: str
    net_cents: int
    vat_rate: Decimal
    currency: str
    client_id: int | None
    client_name: str | None
    project_id: int | None
    project_name: str | None
    user_first_name: str | None
    user_last_name: str | None
    user_email: str | None
    follow_up_on: date | None
    # Of other tables: None, and not joined, unless a column of the table shows them.
    packing__last_step: str | None
    packing__attempts: int | None
    delivered_client__name: str | None
    delivered_project__name: str | None
    application__name: str | None
    taken_by__first_name: str | None
    taken_by__last_name: str | None
    taken_by__email: str | None


JOINED = {name for each in COLUMNS.values() for name in each.joined}


@dataclass(frozen=True)
class Page:
    """Some orders of a list, and the cursors of the pages around it; "" if there is none."""

    orders: list[ListedOrder]
    before: str = ""
    after: str = ""


def page_of(wanted: Filter, *, after: str = "", before: str = "", size: int = A_PAGE) -> Page:
    """Return the page after the cursor `after`, or before `before`; else the first."""
    start, end = read_cursor(after), read_cursor(before)
    backwards = start is None and end is not None
    found = _orders_after(wanted, start or end, size + 1, backwards=backwards)
    has_more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        # The list ends before the cursor now: start from the first page.
        return page_of(wanted, size=size) if start or end else Page([])
    column, _latest_first = wanted.order_by
    first, last = ((getattr(order, column), order.pk) for order in (found[0], found[-1]))
    return Page(
        orders=found,
        before=write_cursor(first) if start or (backwards and has_more) else "",
        after=write_cursor(last) if backwards or has_more else "",
    )


def _orders_after(
    wanted: Filter, start: Position | None, number: int, *, backwards: bool
) -> list[ListedOrder]:
    """Return the next `number` orders after `start`."""
    column, latest_first = wanted.order_by
    if wanted.is_narrowed:
        pks = [pk for _when, pk in positions(wanted, start, number, backwards=backwards)]
        return orders_by_pk(wanted, pks)
    when, pk = start or (None, None)
    descending = latest_first != backwards
    query = _group_after(wanted.group, column, descending, start is not None, wanted.columns)
    rows = query.all(now=wanted.now, when=when, pk=pk, limit=number)
    return [ListedOrder(*row) for row in rows]


def orders_by_pk(wanted: Filter, pks: list[int]) -> list[ListedOrder]:
    """Return the orders `pks` in this order, with what the columns of `wanted` show."""
    found = Order.objects.filter(pk__in=pks).order_by().values_list(*_selected(wanted.columns))
    orders = {row[0]: ListedOrder(*row) for row in found}
    return [orders[pk] for pk in pks if pk in orders]


def _selected(columns: str) -> list[Any]:
    """Return what is read for each field of ListedOrder."""
    shown = {name for each in shown_columns(columns) for name in COLUMNS[each].joined}
    return [
        Value(None, output_field=TextField()) if name in JOINED - shown else name
        for name in ListedOrder._fields
    ]


@lru_cache(maxsize=500)
def _group_after(
    group: str, column: str, descending: bool, has_start: bool, columns: str
) -> CompiledQuery[tuple[Any, ...]]:
    """Return the query of the orders of a whole group, sorted as `positions` are."""
    sign, way = ("-", "DESC") if descending else ("", "ASC")

    def first_of_group() -> RawSQL:
        # Each part of the group gives as many as are wanted, by its index; then they are merged.
        start = (Parameter("when"), Parameter("pk")) if has_start else None
        parts = []
        for part in GROUPS[group][1]:
            orders = Order.objects.filter(part.where(Parameter("now", DateTimeField())))
            placed = sorted_after(orders, column, start, descending=descending)
            parts.append(Statement.of(placed.values_list(column, "pk")))
        union = " UNION ALL ".join(
            f"SELECT * FROM ({part.sql} LIMIT %s) AS part_{place}"  # noqa: S608 -- our own names
            for place, part in enumerate(parts)
        )
        limit = Parameter("limit")
        sql = f'SELECT "pk" FROM ({union}) AS found ORDER BY "{column}" {way}, "pk" {way} LIMIT %s'  # noqa: S608 -- our own names
        given = [each for part in parts for each in (*part.parameters, limit)]
        return RawSQL(sql, [*given, limit])  # noqa: S611 -- nothing in it was typed

    return CompiledQuery(
        lambda: (
            Order.objects.filter(pk__in=first_of_group())
            .order_by(f"{sign}{column}", f"{sign}pk")
            .values_list(*_selected(columns))
        )
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
