"""Lists in pages: query parameters, cursors and links (contract, "Orders API")."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, LiteralString, TypeVar
from urllib.parse import urlencode

from annotated_types import Le
from django.http import HttpResponse, QueryDict
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import ErrorDetails

from shop.api.responses import success
from shop.faults import SENTENCES, Fault, Faults, fault
from shop.orders.cursors import Position, read_cursor, write_cursor
from shop.orders.field_types import field_error
from shop.orders.problems import field_problem

Row = TypeVar("Row")
QueryT = TypeVar("QueryT", bound="PageQuery")

LARGEST_PAGE = 100
# Beyond any list, and still a number that databases take as an offset.
LAST_PAGE = 10**9

# Pydantic's error types, as this API's codes.
CODES = {
    "extra_forbidden": "unknown_parameter",
    "enum": "unknown_state",
    "string_pattern_mismatch": "not_an_order_hash",
    "too_long": "too_many_values",
}


def like(pattern: str, code: LiteralString) -> BeforeValidator:
    """Refuse strings of another form: pydantic reads 1_0 as ten and 5 as a time."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(pattern, value):
            raise field_error(code)
        return value

    return BeforeValidator(check)


def _split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


Separated = BeforeValidator(_split)
Number = like("[0-9]+", "not_an_integer")


class PageQuery(BaseModel):
    """The parameters of every list."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    page: Annotated[int, Field(ge=1, le=LAST_PAGE), Number] = 1
    """The page's number. A page behind the last is empty."""
    per_page: Annotated[int, Field(ge=1, le=LARGEST_PAGE), Number] = 20
    """The number of rows on a page."""
    cursor: str | None = None
    """The position after which the page starts, from the link next. Not together with page."""

    @classmethod
    def mark(cls, parameters: Mapping[str, Any]) -> str:  # noqa: ARG003 -- for lists of two sorts
        """The mark of the cursors of the list that `parameters` sort."""
        return ""

    @property
    def position(self) -> Position | None:
        """The position of the cursor, if there is one."""
        return read_cursor(self.cursor, self.mark(self.__dict__)) if self.cursor else None

    def given(self) -> dict[str, Any]:
        """The parameters but for the place in the list, as they stand in a URL."""
        values = self.model_dump(mode="json", exclude_none=True, exclude={"page", "cursor"})
        return {
            name: ",".join(value) if isinstance(value, list) else value
            for name, value in values.items()
        }


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, with the total for its headers; `after` if rows follow it."""

    rows: list[Row]
    total: int
    query: PageQuery
    after: Position | None = None

    def links(self, address: str) -> str:
        """The value of the `Link` header (RFC 8288) for the list at `address`.

        `next` carries a cursor: whoever follows it misses no row (contract, "Orders API").
        """
        last = max(1, -(-self.total // self.query.per_page))
        pages: dict[str, dict[str, int | str]] = {"first": {"page": 1}, "last": {"page": last}}
        if self.query.page > 1:
            pages["prev"] = {"page": min(self.query.page - 1, last)}
        if self.after:
            cursor = write_cursor(self.after, self.query.mark(self.query.__dict__))
            pages["next"] = {"cursor": cursor}
        given = self.query.given()
        return ", ".join(
            f'<{address}?{urlencode({**where, **given}, safe=",")}>; rel="{name}"'
            for name, where in pages.items()
        )

    def answer(self, shown: list[dict[str, Any]], address: str) -> HttpResponse:
        """Answer the rows as they are `shown`, with the headers of a list at `address`."""
        links = self.links(address)
        headers = {"Total": str(self.total), "Per-Page": str(self.query.per_page)}
        # Links is the name in the older description, Link the one of RFC 8288.
        return success(200, {"array": shown}, {**headers, "Links": links, "Link": links})


class InvalidQueryError(Exception):
    """Parameters of a list are not valid: `faults` says what is wrong, by parameter."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.faults = faults


def read_query(kind: type[QueryT], parameters: QueryDict) -> QueryT:
    """The checked parameters. Raises InvalidQueryError with every parameter at fault."""
    faults: dict[str, list[Fault]] = defaultdict(list)
    for name, values in parameters.lists():
        if len(values) > 1:
            faults[name].append(fault("given_twice"))
    if "page" in parameters and "cursor" in parameters:
        faults["page"].append(fault("page_with_cursor", other="cursor"))
        faults["cursor"].append(fault("page_with_cursor", other="page"))
    cursor = parameters.get("cursor")
    if cursor is not None and read_cursor(cursor, kind.mark(parameters)) is None:
        faults["cursor"].append(fault("not_a_cursor"))
    try:
        query = kind.model_validate(parameters.dict())
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            told = faults[str(found["loc"][0])]
            if (each := _fault(kind, found)) not in told:  # one for several values of a parameter
                told.append(each)
    if faults:
        raise InvalidQueryError(faults)
    return query


def _fault(kind: type[PageQuery], found: ErrorDetails) -> Fault:
    name, code = str(found["loc"][0]), CODES.get(found["type"], found["type"])
    if code.startswith("datetime"):
        code = "not_a_time"  # a day that its month does not have
    if code == "literal_error":
        code = f"unknown_{name}"
    if code in SENTENCES:
        return fault(code, limit=found.get("ctx", {}).get("max_length"))
    problem = field_problem(name, found)
    bounds = kind.model_fields[name].metadata
    limit = next((int(str(each.le)) for each in bounds if isinstance(each, Le)), problem.limit)
    return replace(problem, limit=limit).fault()
