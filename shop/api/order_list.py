"""The list of orders: query parameters, pages, cursors and links (contract, "Orders API")."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import QueryDict
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shop.access.tokens import Bearer
from shop.api.list_queries import FILTERS, Kind, orders_of, total_of
from shop.catalogue.models import Product
from shop.orders.cursors import Position, read_cursor, write_cursor
from shop.orders.document import Errors
from shop.orders.field_types import PlacedState
from shop.orders.models import Order

LARGEST_PAGE = 100
# Beyond any list, and still a number that databases take as an offset.
LAST_PAGE = 10**9
# Years that no time zone moves out of the range of datetime.
DAY = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT = rf"^{DAY}(T{CLOCK}:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-]{CLOCK})?)?$"

SENTENCES = {
    "extra_forbidden": "is not a parameter of this list.",
    "greater_than_equal": "is out of range.",
    "less_than_equal": "is out of range.",
    "int_parsing_size": "is out of range.",
    "enum": "is not a state that this list knows.",
}
NO_CURSOR = "is not a cursor of this list."
ONE_OF_TWO = "must not be given together with {}."
NO_TIME = "must be a time like 2026-01-31T12:00:00Z."


def _like(pattern: str, sentence: str) -> BeforeValidator:
    """Refuse strings of another form: pydantic reads 1_0 as ten and 5 as a time."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value):
            raise PydanticCustomError("written", "{sentence}", {"sentence": sentence})
        return value

    return BeforeValidator(check)


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _position(cursor: str) -> str:
    if read_cursor(cursor) is None:
        raise PydanticCustomError("no_cursor", NO_CURSOR)
    return cursor


Number = _like("[0-9]+", "must be an integer.")
Moment = Annotated[
    datetime,
    _like(MOMENT, NO_TIME),
    AfterValidator(_with_zone),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class ListQuery(BaseModel):
    """The parameters of the list. A time without a zone is taken as UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    page: Annotated[int, Field(ge=1, le=LAST_PAGE), Number] = 1
    """The page's number. A page behind the last is empty."""
    per_page: Annotated[int, Field(ge=1, le=LARGEST_PAGE), Number] = 20
    """The number of orders on a page."""
    cursor: Annotated[str, AfterValidator(_position)] | None = None
    """The position after which the page starts, from the link next. Not together with page."""
    state: PlacedState | None = None
    """Only orders in this state."""
    product: Annotated[str, _like(r"[^\x00]{1,50}", "is not a tier.")] | None = None
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


@dataclass(frozen=True)
class Page:
    """One page of the list, with the total for its headers; `after` if orders follow it."""

    orders: list[Order]
    total: int
    query: ListQuery
    after: Position | None = None

    def links(self, address: str) -> str:
        """The value of the `Link` header (RFC 8288) for the list at `address`.

        `next` carries a cursor: whoever follows it misses no order (contract, "Orders API").
        """
        last = max(1, -(-self.total // self.query.per_page))
        pages: dict[str, dict[str, int | str]] = {"first": {"page": 1}, "last": {"page": last}}
        if self.query.page > 1:
            pages["prev"] = {"page": min(self.query.page - 1, last)}
        if self.after:
            pages["next"] = {"cursor": write_cursor(self.after)}
        given = self.query.model_dump(mode="json", exclude_none=True, exclude={"page", "cursor"})
        return ", ".join(
            f'<{address}?{urlencode({**where, **given})}>; rel="{name}"'
            for name, where in pages.items()
        )


class InvalidQueryError(Exception):
    """Parameters of the list are not valid: `errors` has sentences by parameter."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


def list_orders(parameters: QueryDict, bearer: Bearer) -> Page:
    """The page of the orders of `bearer` that `parameters` ask for, newest first.

    A page after the last one is empty. Raises InvalidQueryError with every parameter at fault.
    """
    query = _read(parameters)
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
        raise InvalidQueryError({"product": ["is not a tier."]})
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


def _read(parameters: QueryDict) -> ListQuery:
    twice = [name for name, values in parameters.lists() if len(values) > 1]
    errors: Errors = {name: ["is given more than once."] for name in twice}
    if "page" in parameters and "cursor" in parameters:
        errors.setdefault("page", []).append(ONE_OF_TWO.format("cursor"))
        errors.setdefault("cursor", []).append(ONE_OF_TWO.format("page"))
    try:
        query = ListQuery.model_validate(parameters.dict())
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            sentence = _sentence(fault["type"], fault["msg"])
            errors.setdefault(str(fault["loc"][0]), []).append(sentence)
    if errors:
        raise InvalidQueryError(errors)
    return query


def _sentence(kind: str, message: str) -> str:
    if kind.startswith("datetime"):
        return NO_TIME  # a day that its month does not have
    return SENTENCES.get(kind) or message[0].lower() + message[1:].removesuffix(".") + "."
