"""Facts of rows for exports: plain values by name; times in UTC (ISO 8601), amounts in cents."""

from datetime import date
from operator import attrgetter
from typing import Any

from django.db.models import Model, QuerySet

Facts = dict[str, Any]


def facts_of(row: Model, *names: str, **paths: str) -> Facts:
    """Return attributes of `row`: by their `names`, and under new names by the `paths` to them."""
    paths = {name: name for name in names} | paths
    return {name: plain(attrgetter(path)(row)) for name, path in paths.items()}


def facts_of_all(rows: QuerySet[Any], *names: str, **paths: str) -> list[Facts]:
    """Return `facts_of` each of `rows`, in the order in which they were made."""
    return [facts_of(row, *names, **paths) for row in rows.order_by("pk")]


def plain(value: Any) -> Any:
    """Return a date or time as a string, any other value as it is."""
    return value.isoformat() if isinstance(value, date) else value
