"""The list of orders: its pages, as its parameters ask for them (contract, "Orders API")."""

from operator import attrgetter
from typing import Any

from django.http import QueryDict

from shop.access.tokens import Bearer
from shop.api.list_parameters import ListQuery
from shop.api.list_queries import Kind, orders_of, total_of
from shop.api.paging import InvalidQueryError, Page, read_query
from shop.catalogue.models import Product
from shop.change_times import settled_before
from shop.faults import fault
from shop.orders.cursors import EPOCH, Position
from shop.orders.models import Order

# Up to so many orders of several states are merged here; further on, the database sorts them.
MERGED = 500
BEGINNING: Position = (EPOCH, 0)


def list_orders(parameters: QueryDict, bearer: Bearer) -> Page[Order]:
    """The page of the orders of `bearer` that `parameters` ask for.

    They are sorted by the time of placing, newest first, or by that of the last change, oldest
    first. A page after the last one is empty. Raises InvalidQueryError with every parameter at
    fault.
    """
    query = read_query(ListQuery, parameters)
    # Before the rows are read: what was open then is not listed, even if it has ended by now.
    end = settled_before() if query.sort else None
    kind, values = _kind(query, bearer, has_end=end is not None), _values(query, bearer)
    [(counted,)] = total_of(kind.to_count()).all(**values)
    total = counted or 0
    # An unknown tier has no orders, so the extra query is needed only here.
    if total == 0 and query.product and not Product.objects.filter(code=query.product).exists():
        raise InvalidQueryError({"product": [fault("unknown_product")]})
    rows = _rows(kind, {**values, "end": end}, query, total)
    page = rows[: query.per_page]
    last = (getattr(page[-1], query.column), page[-1].pk) if page else None
    if query.sort:
        # There is always more to come.
        start = query.position or (BEGINNING if query.page == 1 else None)
        return Page(page, total, query, last or start)
    return Page(page, total, query, last if len(rows) > len(page) else None)


def _kind(query: ListQuery, bearer: Bearer, *, has_end: bool) -> Kind:
    return Kind(
        of_application=bearer.application is not None,
        of_user=bearer.token.user is not None,
        filters=frozenset(query.filters()),
        states=len(query.states),
        hashes=len(query.hashes),
        column=query.column,
        has_end=has_end,
    )


def _values(query: ListQuery, bearer: Bearer) -> dict[str, Any]:
    return {
        "application": bearer.application and bearer.application.pk,
        "user": bearer.token.user_id,
        **query.filters(),
        **{f"state{n}": state for n, state in enumerate(query.states)},
        **{f"order_hash{n}": order_hash for n, order_hash in enumerate(query.hashes)},
    }


def _rows(kind: Kind, values: dict[str, Any], query: ListQuery, total: int) -> list[Order]:
    """The orders of the page, and one more if any follow."""
    first = (query.page - 1) * query.per_page
    if first >= total:
        return []
    end = first + query.per_page + 1
    # The end of a list of changes is not where its total says: some are not listed yet.
    if query.sort or first <= total // 2:
        place = dict(zip(("when", "pk"), query.position or (), strict=False))
        return _read(kind, {**values, **place}, not query.sort, first, end - first)
    # From the end, so that the database walks past at most half of the orders.
    offset = max(0, total - end)
    return _read(kind, values, False, offset, total - first - offset)[::-1]


def _read(
    kind: Kind, values: dict[str, Any], descending: bool, offset: int, limit: int
) -> list[Order]:
    after = "when" in values
    if not kind.is_merged or offset + limit > MERGED:
        query = orders_of(kind, after=after, descending=descending)
        return query.all(**values, offset=offset, limit=limit)
    query = orders_of(kind.of_one_state(), after=after, descending=descending)
    found = [
        order
        for n in range(kind.states)
        for order in query.all(
            **{**values, "state0": values[f"state{n}"]}, offset=0, limit=offset + limit
        )
    ]
    found.sort(key=attrgetter(kind.column, "pk"), reverse=descending)
    return found[offset : offset + limit]
