"""The contents of an archived order: its rows of all tables, as compressed JSON."""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Field, Model, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils import timezone
from django.utils.dateparse import parse_duration

from shop.orders.archive_tables import Table, every_row, relations_to, tables
from shop.orders.models import Order

# For each table, by its label: the names of the columns, and the rows, all values as JSON has them.
Contents = dict[str, dict[str, Any]]


def written(contents: Contents) -> bytes:
    """Return `contents` as they are stored."""
    text = json.dumps(contents, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), level=6)


def read(stored: bytes) -> Contents:
    """Return what `written` has packed."""
    contents: Contents = json.loads(zlib.decompress(stored))
    return contents


def rows_by_order(orders: Iterable[int]) -> dict[int, Contents]:
    """Read all rows of the `orders` and lock them; call it in a transaction."""
    pks = list(orders)
    found: dict[int, Contents] = {pk: {} for pk in pks}
    for table in tables():
        names = [field.attname for field in table.fields]
        # Whoever changes one of them at this moment comes before or after.
        locked = table.rows_of(pks).select_for_update(of=("self",)).order_by("pk")
        seen: set[Any] = set()
        place = names.index(table.model._meta.pk.attname)  # noqa: SLF001 -- documented
        for row in locked.values_list(*names, *table.paths):
            values, owners = row[: len(names)], row[len(names) :]
            if values[place] in seen:
                continue
            seen.add(values[place])
            owner = next(pk for pk in owners if pk in found)
            found[owner].setdefault(table.label, {"columns": names, "rows": []})["rows"].append(
                [_plain(value) for value in values]
            )
    return found


def instances(table: Table, contents: Contents) -> list[Model]:
    """Return the rows of a table; columns that were added since have their default."""
    held = contents.get(table.label)
    if held is None:
        return []
    fields = {field.attname: field for field in table.fields}
    return [
        _instance(table.model, fields, dict(zip(held["columns"], row, strict=True)))
        for row in held["rows"]
    ]


def rebuilt(contents: Contents) -> Order:
    """Return the order with its events, mails and the like, as if they had been read with it."""
    every: dict[Any, list[Any]] = {table.model: instances(table, contents) for table in tables()}
    for model, rows in every.items():
        for relation in relations_to(model):
            if relation.related_model in every and not relation.hidden:
                _join(rows, relation, every[relation.related_model])
    order: Order = every[Order][0]
    order.is_archived = True
    return order


def _join(rows: list[Any], relation: ForeignObjectRel, others: list[Any]) -> None:
    """Have `rows` know the `others` that refer to them, and these know them."""
    field = relation.field
    for row in rows:
        referring = [each for each in others if getattr(each, field.attname) == row.pk]
        for each in referring:
            setattr(each, field.name, row)
        if relation.one_to_one:
            relation.set_cached_value(row, referring[0] if referring else None)
            continue
        prefetched = vars(row).setdefault("_prefetched_objects_cache", {})
        prefetched[relation.cache_name] = _read(relation.related_model, referring)


def _read(model: type[Model], rows: list[Model]) -> QuerySet[Any]:
    found = every_row(model)
    found._result_cache, found._prefetch_done = rows, True  # type: ignore[attr-defined]  # noqa: SLF001 -- as prefetch_related does
    return found


def _instance(
    model: type[Model], fields: Mapping[str, Field[Any, Any]], values: Mapping[str, Any]
) -> Model:
    row = model(
        **{name: restored(fields[name], value) for name, value in values.items() if name in fields}
    )
    row._state.adding, row._state.db = False, "default"  # noqa: SLF001 -- as if it were read
    return row


def restored(field: Field[Any, Any], value: Any) -> Any:
    """Return a value of JSON as the column holds it."""
    stored: Any = getattr(field, "target_field", field)
    kind = stored.get_internal_type()
    if value is None or kind == "JSONField":
        return value
    match kind:
        case "BinaryField":
            return base64.b64decode(value)
        case "DateTimeField":
            moment = datetime.fromisoformat(value)
            return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        case "DurationField":
            return parse_duration(value)
        case _:
            return stored.to_python(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | dict | list):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | timedelta):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"{type(value).__name__} cannot be archived")
