"""Insert the rows of archived orders into their tables, exactly as they were read.

What they refer to may be gone by now. Then it is as if it had been deleted with the row in its
table: a reference that may be empty is emptied, and a row that would have gone along is left out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CASCADE, Field, ForeignKey, Model

from shop.compiled_inserts import insert_values
from shop.orders.archive_contents import instances, read
from shop.orders.archive_tables import Table, every_row, is_guarded, tables

PARAMETERS = 10_000  # of one statement; SQLite takes some 32,000


def insert_rows(archived: Iterable[bytes]) -> None:
    """Insert the rows of all tables; `archived` are the contents of archived orders."""
    contents = [read(each) for each in archived]
    for table in tables():
        rows = [row for each in contents for row in instances(table, each)]
        for field in table.fields:
            if isinstance(field, ForeignKey) and is_guarded(field):
                rows = _without_dangling(rows, field)
        _insert(table, rows)


def _without_dangling(rows: Sequence[Model], field: "ForeignKey[Any, Any]") -> list[Model]:
    wanted = {getattr(row, field.attname) for row in rows} - {None}
    if not wanted:
        return list(rows)
    target = field.target_field
    rows_there = every_row(target.model).filter(**{f"{target.name}__in": wanted})
    there = set(rows_there.values_list(target.attname, flat=True))
    kept = []
    for row in rows:
        if getattr(row, field.attname) in {None, *there}:
            kept.append(row)
        elif field.null and field.remote_field.on_delete is not CASCADE:
            setattr(row, field.attname, None)
            kept.append(row)
    return kept


def _insert(table: Table, rows: Sequence[Model]) -> None:
    fields: list[Field[Any, Any]] = table.fields
    columns = tuple(field.name for field in fields)
    at_once = PARAMETERS // len(fields)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        values = [tuple(getattr(row, field.attname) for field in fields) for row in some]
        insert_values(table.model, columns, values)
