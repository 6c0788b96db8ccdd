"""The parameters of the list of orders: which, and in what order (contract, "Orders API")."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from shop.api.paging import Number, PageQuery, Separated, like
from shop.email_spellings import InvalidEmailError, canonical_email, check_email
from shop.openapi import Hash
from shop.orders import json_patterns
from shop.orders.field_types import Id, PlacedState, field_error, says

# Years that no time zone moves out of the range of datetime.
DAY = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT = rf"^{DAY}(T{CLOCK}:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-]{CLOCK})?)?$"
MOST_HASHES = 100
# By how many order hashes queries differ: fewer are filled up with the last one.
SIZES = (1, 10, MOST_HASHES)


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address(email: str) -> str:
    try:
        check_email(email)
    except InvalidEmailError as error:
        raise field_error("not_an_email") from error
    return email


Moment = Annotated[
    datetime,
    like(MOMENT, "not_a_time"),
    AfterValidator(_with_zone),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class ListQuery(PageQuery):
    """The parameters of the list. A time without a zone is taken as UTC."""

    sort: Literal["updated"] | None = None
    """updated: by the time of the last change, oldest first. Default: by the time the order was placed,
    newest first."""
    state: Annotated[list[PlacedState], Field(min_length=1), Separated] | None = None
    """Only orders in this state, or in one of several, separated by commas."""
    product: Annotated[str, like(r"[^\x00]{1,50}", "unknown_product")] | None = None
    """Only orders of this tier, by its code; retired tiers too."""
    reference: (
        Annotated[
            str,
            Field(min_length=1, max_length=100),
            like(r"[^\x00]{1,100}", "not_a_reference"),
            says(r"^[^\u0000]+$"),
        ]
        | None
    ) = None
    """Only orders with exactly this reference."""
    user_email: Annotated[str, AfterValidator(_address), says(json_patterns.EMAIL)] | None = None
    """Only orders with this e-mail address; case doesn't matter."""
    client_id: Annotated[Id, Number] | None = None
    """Only orders whose response has this client_id: as sent or, once packed, the new client's."""
    order_hash: (
        Annotated[list[Hash], Field(min_length=1, max_length=MOST_HASHES), Separated] | None
    ) = None
    """Only this order, or at most 100, separated by commas. Hashes that are not yours are left
    out."""
    created_after: Moment | None = None
    """Only orders placed after this time."""
    updated_after: Moment | None = None
    """Only orders that changed after this time."""

    @classmethod
    def mark(cls, parameters: Mapping[str, Any]) -> str:
        """A cursor of one order is none of the other."""
        return "u" if parameters.get("sort") == "updated" else ""

    @property
    def column(self) -> str:
        """The column by which the list is sorted."""
        return "updated_at" if self.sort else "created_at"

    @property
    def states(self) -> list[str]:
        """The states that are asked for, each once."""
        return sorted({state.value for state in self.state or []})

    @property
    def hashes(self) -> list[str]:
        """The order hashes that are asked for; one of SIZES of them, or none."""
        given = list(dict.fromkeys(self.order_hash or []))
        size = next(size for size in SIZES if len(given) <= size)
        return given and given + [given[-1]] * (size - len(given))

    def filters(self) -> dict[str, Any]:
        """The values of the filters that take one, by their names."""
        names = ("product", "reference", "client_id", "created_after", "updated_after")
        found = {name: getattr(self, name) for name in names}
        found["user_email"] = self.user_email and canonical_email(self.user_email)
        return {name: value for name, value in found.items() if value is not None}
