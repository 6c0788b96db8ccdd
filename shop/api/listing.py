"""The list of orders: its parameters, its pages, the links between them (contract, "Orders API")."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from django.db.models import QuerySet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shop.catalogue.models import Product
from shop.orders.document import Refused
from shop.orders.models import Order

LARGEST_PAGE = 100
# A page number beyond any list, but one that databases can still count to.
LAST_PAGE = 10**9


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_with_zone)]


class ListQuery(BaseModel):
    """What may stand behind the question mark. A time without a zone is taken as UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: Annotated[int, Field(ge=1, le=LAST_PAGE)] = 1
    per_page: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 20
    state: (
        Literal["pending", "packing", "packed", "has_packing_errors", "need_human", "cancelled"]
        | None
    ) = None
    product: Annotated[str, Field(max_length=50, pattern=r"^[^\x00]*$")] | None = None
    created_after: Moment | None = None
    updated_after: Moment | None = None


@dataclass(frozen=True)
class Page:
    """One page of a list: its orders, and what its headers say."""

    orders: list[Order]
    total: int
    query: ListQuery

    def links(self, address: str) -> str:
        """The pages around this one of the list at `address`, as a `Link` header has them."""
        last = max(1, -(-self.total // self.query.per_page))
        pages = {"first": 1, "last": last}
        if self.query.page > 1:
            pages["prev"] = min(self.query.page - 1, last)
        if self.query.page < last:
            pages["next"] = self.query.page + 1
        return ", ".join(
            f'<{address}?{self._parameters(number)}>; rel="{name}"'
            for name, number in pages.items()
        )

    def _parameters(self, page: int) -> str:
        given = self.query.model_dump(mode="json", exclude_none=True)
        return urlencode({**given, "page": page})


def list_orders(orders: QuerySet[Order], parameters: Mapping[str, str]) -> Page:
    """The page of `orders` that `parameters` ask for, newest first.

    A page behind the last one is empty. Raises Refused, naming each parameter at fault.
    """
    try:
        query = ListQuery.model_validate(dict(parameters))
    except ValidationError as error:
        raise Refused(
            {
                str(fault["loc"][0]): [_sentence(fault["type"], fault["msg"])]
                for fault in error.errors(include_url=False, include_input=False)
            }
        ) from error
    if query.product is not None and not Product.objects.filter(code=query.product).exists():
        raise Refused({"product": ["is not a tier."]})
    wanted = {
        "state": query.state,
        "product__code": query.product,
        "created_at__gt": query.created_after,
        "updated_at__gt": query.updated_after,
    }
    found = orders.filter(**{name: value for name, value in wanted.items() if value is not None})
    first = (query.page - 1) * query.per_page
    rows = found.select_related("product").order_by("-created_at", "-pk")
    return Page(list(rows[first : first + query.per_page]), found.count(), query)


def _sentence(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is not a parameter of this list."
    return message[0].lower() + message[1:].removesuffix(".") + "."
