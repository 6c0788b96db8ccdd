"""The list of orders: its filters and its pages (contract, "Orders API")."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import QueryDict
from pydantic import AfterValidator, WithJsonSchema

from shop.access.tokens import Bearer
from shop.api.list_queries import FILTERS, Kind, orders_of, total_of
from shop.api.paging import InvalidQueryError, Page, PageQuery, like, read_query
from shop.catalogue.models import Product
from shop.faults import fault
from shop.orders.cursors import read_cursor
from shop.orders.field_types import PlacedState
from shop.orders.models import Order

# Years that no time zone moves out of the range of datetime.
DAY = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT = rf"^{DAY}(T{CLOCK}:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-]{CLOCK})?)?$"


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[
    datetime,
    like(MOMENT, "not_a_time"),
    AfterValidator(_with_zone),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class ListQuery(PageQuery):
    """The parameters of the list. A time without a zone is taken as UTC."""

    state: PlacedState | None = None
    """Only orders in this state."""
    product: Annotated[str, like(r"[^\x00]{1,50}", "unknown_product")] | None = None
    """Only orders of this tier, by its code; retired tiers too."""
    created_after: Moment | None = None
    """Only orders placed after this time."""
    updated_after: Moment | None = None
    """Only orders that changed after this time."""

    def filters(self) -> dict[str, Any]:
        """The values of the filters that are set, by their names."""
        given = {name: getattr(self, name) for name in FILTERS}
        given["state"] = self.state and self.state.value
        return {name: value for name, value in given.items() if value is not None}


def list_orders(parameters: QueryDict, bearer: Bearer) -> Page[Order]:
    """The page of the orders of `bearer` that `parameters` ask for, newest first.

    A page after the last one is empty. Raises InvalidQueryError with every parameter at fault.
    """
    query = read_query(ListQuery, parameters)
    filters = query.filters()
    kind = Kind(bearer.application is not None, bearer.token.user is not None, frozenset(filters))
    values = {
        "application": bearer.application and bearer.application.pk,
        "user": bearer.token.user_id,
        **filters,
    }
    [(counted,)] = total_of(kind).all(**values)
    total = counted or 0
    # An unknown tier has no orders, so the extra query is needed only here.
    if total == 0 and query.product and not Product.objects.filter(code=query.product).exists():
        raise InvalidQueryError({"product": [fault("unknown_product")]})
    rows = _rows(kind, values, query, total)
    if len(rows) <= query.per_page:
        return Page(rows, total, query)
    last = rows[query.per_page - 1]
    return Page(rows[: query.per_page], total, query, (last.created_at, last.pk))


def _rows(kind: Kind, values: dict[str, Any], query: ListQuery, total: int) -> list[Order]:
    """The orders of the page, and one more if any follow."""
    first = (query.page - 1) * query.per_page
    if first >= total:
        return []
    end = first + query.per_page + 1
    if first <= total // 2:
        start = read_cursor(query.cursor) if query.cursor else None
        place = dict(zip(("when", "pk"), start or (), strict=False))
        newest_first = orders_of(kind, after=start is not None)
        return newest_first.all(**values, **place, offset=first, limit=end - first)
    # From the end, so that the database walks past at most half of the orders.
    oldest_first = orders_of(kind, newest_first=False)
    offset = max(0, total - end)
    return oldest_first.all(**values, offset=offset, limit=total - first - offset)[::-1]
