"""Counts of waiting orders by group, up to MOST."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, QuerySet
from django.utils import timezone

from portal.backoffice.queue.filters import DONE, GROUPS
from shop.compiled_queries import Parameter, Statement
from shop.orders.attention import OrderSlice
from shop.orders.models import Order, State

MOST = 1000

# The orders of one state (None: of any), complete ones, incomplete ones or both.
Part = tuple[State | None, bool | None]


@dataclass(frozen=True)
class Counts:
    """Numbers of orders by group."""

    numbers: dict[str, int]

    def shown(self) -> dict[str, str]:
        """Return the numbers as pages show them."""
        return {name: f"{MOST}+" if n > MOST else str(n) for name, n in self.numbers.items()}

    @property
    def version(self) -> str:
        """Return a string that changes with the numbers."""
        return "-".join(str(number) for number in self.numbers.values())


def count_waiting() -> Counts:
    """Count now: one statement that reads at most MOST + 1 orders of each part, by an index."""
    now = timezone.now()
    times = {str(age): now - age for age in _ages()}
    # By part, reach and age: how many of the oldest orders are as old.
    found: Counter[tuple[Part, bool, timedelta]] = Counter()
    for place, lost, *counts in _statement(connection.vendor, MOST).rows(now=now, **times):
        for age, number in zip(_ages(), counts, strict=True):
            found[_parts()[place], bool(lost), age] = number

    def count(group: str) -> int:
        return sum(
            found[_part(each), lost, each.longer_than or timedelta()]
            for each in GROUPS[group][1]
            for lost in (False, True)
            if each.unreachable in {None, lost}
        )

    # Without the groups of what is done, which are always large.
    return Counts({name: count(name) for name in GROUPS if name not in DONE})


def _part(part: OrderSlice) -> Part:
    return part.state, part.complete


@cache
def _slices() -> list[OrderSlice]:
    return [each for name in GROUPS if name not in DONE for each in GROUPS[name][1]]


@cache
def _parts() -> list[Part]:
    return list(dict.fromkeys(_part(each) for each in _slices()))


@cache
def _ages() -> list[timedelta]:
    return sorted({each.longer_than or timedelta() for each in _slices()})


@cache
def _statement(_vendor: str, most: int) -> Statement:
    """Return the statement: by part and reach, the numbers of orders of each age or older."""
    column = '"updated_at"'
    ages = ", ".join(f"COUNT(*) FILTER (WHERE {column} <= %s)" for _age in _ages())
    before = [Parameter(str(age), DateTimeField()) for age in _ages()]
    sql, parameters = [], []
    for place, part in enumerate(_parts()):
        oldest = Statement.of(_oldest(part)[: most + 1])
        lost = '"unreachable_since" IS NOT NULL'
        counted = f"SELECT {place}, {lost}, {ages} FROM ({oldest.sql}) AS oldest GROUP BY {lost}"  # noqa: S608 -- nothing in it was typed
        sql.append(counted)
        parameters += [*before, *oldest.parameters]
    return Statement(" UNION ALL ".join(sql), parameters)


def _oldest(part: Part) -> QuerySet[Order, Any]:
    """Return when the orders of `part` changed, and since when mails do not reach them."""
    # By `unreachable` alone only where no state is given: its index is another.
    every = OrderSlice(*part, unreachable=None if part[0] else True)
    orders = Order.objects.filter(every.where(Parameter("now", DateTimeField())))
    return orders.order_by("updated_at").values("updated_at", "unreachable_since")
