"""The list of orders: query parameters, pages and links (contract, "Orders API")."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
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

from shop.catalogue.models import Product
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
    "enum": "is not a state that this list knows.",
}
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


Number = _like("[0-9]+", "must be an integer.")
Moment = Annotated[
    datetime,
    _like(MOMENT, NO_TIME),
    AfterValidator(_with_zone),
    WithJsonSchema({"type": "string", "pattern": MOMENT}),
]


class ListQuery(BaseModel):
    """The parameters of the list. A time without a zone is taken as UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    page: Annotated[int, Field(ge=1, le=LAST_PAGE), Number] = 1
    """The page's number. A page behind the last is empty."""
    per_page: Annotated[int, Field(ge=1, le=LARGEST_PAGE), Number] = 20
    """The number of orders on a page."""
    state: PlacedState | None = None
    """Only orders in this state."""
    product: Annotated[str, _like(r"[^\x00]{1,50}", "is not a tier.")] | None = None
    """Only orders of this tier, by its code; retired tiers too."""
    created_after: Moment | None = None
    """Only orders placed after this time."""
    updated_after: Moment | None = None
    """Only orders that changed after this time."""


@dataclass(frozen=True)
class Page:
    """One page of the list, with the total for its headers."""

    orders: list[Order]
    total: int
    query: ListQuery

    def links(self, address: str) -> str:
        """The value of the `Link` header (RFC 8288) for the list at `address`."""
        last = max(1, -(-self.total // self.query.per_page))
        pages = {"first": 1, "last": last}
        if self.query.page > 1:
            pages["prev"] = min(self.query.page - 1, last)
        if self.query.page < last:
            pages["next"] = self.query.page + 1
        given = self.query.model_dump(mode="json", exclude_none=True)
        return ", ".join(
            f'<{address}?{urlencode({**given, "page": number})}>; rel="{name}"'
            for name, number in pages.items()
        )


class InvalidQueryError(Exception):
    """Parameters of the list are not valid: `errors` has sentences by parameter."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


def list_orders(orders: QuerySet[Order], parameters: QueryDict) -> Page:
    """The page of `orders` that `parameters` ask for, newest first.

    A page after the last one is empty. Raises InvalidQueryError with every parameter at fault.
    """
    if twice := [name for name, values in parameters.lists() if len(values) > 1]:
        raise InvalidQueryError({name: ["is given more than once."] for name in twice})
    try:
        query = ListQuery.model_validate(parameters.dict())
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise InvalidQueryError(
            {str(fault["loc"][0]): [_sentence(fault["type"], fault["msg"])] for fault in faults}
        ) from error
    wanted = {
        "state": query.state,
        "product__code": query.product,
        "created_at__gt": query.created_after,
        "updated_at__gt": query.updated_after,
    }
    found = orders.filter(**{name: value for name, value in wanted.items() if value is not None})
    total = found.count()
    if total == 0:
        # An unknown tier has no orders, so the extra query is needed only here.
        if query.product and not Product.objects.filter(code=query.product).exists():
            raise InvalidQueryError({"product": ["is not a tier."]})
        return Page([], total, query)
    first = (query.page - 1) * query.per_page
    rows = found.select_related("product").order_by("-created_at", "-pk")
    return Page(list(rows[first : first + query.per_page]), total, query)


def _sentence(kind: str, message: str) -> str:
    if kind.startswith("datetime"):
        return NO_TIME  # a day that its month does not have
    return SENTENCES.get(kind) or message[0].lower() + message[1:].removesuffix(".") + "."
