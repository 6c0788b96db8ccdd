"""INSERTs whose SQL is written once, for the rows that each placed order brings.

As `Model.save` and `bulk_create` of new rows do; like the latter, those that insert several rows send
no signals. Each column needs a value or a default in Python.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import NoneType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Model
from django.db.models.signals import post_save, pre_save

from shop.compiled_queries import repeating_cursor

# What fields of exactly these classes hand to the database as it is.
AS_IT_IS: dict[type, type] = {
    models.BinaryField: bytes,
    models.BooleanField: bool,
    models.CharField: str,
    models.TextField: str,
    models.BigAutoField: int,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
}


@dataclass(frozen=True)
class Statement:
    """The parts of an INSERT, and the fields of its columns, with the types that need nothing."""

    begin: str
    row: str
    fields: tuple[tuple[Field[Any, Any], tuple[type, ...]], ...]
    returning: str


def insert(row: Model) -> None:
    """Insert a new row, and give it its number. Raises IntegrityError as `save` does.

    Sends the signals of `save`, the second with `compiled`, but does not call it: a model with its
    own needs that one.
    """
    model, told = type(row), {"instance": row, "raw": False, "update_fields": None}
    told["using"] = connection.alias
    pre_save.send(model, **told)
    statement = _statement(model, None)
    with repeating_cursor() as cursor:
        sql = f"{statement.begin}{statement.row}{statement.returning}"
        cursor.execute(sql, _values_of(row, statement))
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 -- as `save` does
    post_save.send(model, created=True, compiled=True, **told)


def insert_missing(rows: Sequence[Model]) -> None:
    """Insert new rows of one model, without those that clash with rows that are there."""
    if rows:
        statement = _statement(type(rows[0]), None)
        _insert_missing(statement, [_values_of(row, statement) for row in rows])


def insert_missing_values(
    model: type[Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows that have nothing but these columns, as `insert_missing` does."""
    statement = _statement(model, columns)
    _insert_missing(statement, _prepared(statement, rows))


def insert_values(
    model: type[Model], columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows that have nothing but these columns. Raises IntegrityError where one clashes."""
    statement = _statement(model, columns)
    _insert_all(statement, _prepared(statement, rows))


def _prepared(statement: Statement, rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    database = connections[DEFAULT_DB_ALIAS]
    return [
        [
            value if type(value) in as_it_is else field.get_db_prep_save(value, database)
            for (field, as_it_is), value in zip(statement.fields, row, strict=True)
        ]
        for row in rows
    ]


def _insert_missing(statement: Statement, rows: Sequence[Sequence[Any]]) -> None:
    _insert_all(statement, rows, " ON CONFLICT DO NOTHING")


def _insert_all(statement: Statement, rows: Sequence[Sequence[Any]], ending: str = "") -> None:
    if not rows:
        return
    places = ", ".join([statement.row] * len(rows))
    with repeating_cursor() as cursor:
        sql = f"{statement.begin}{places}{ending}"
        cursor.execute(sql, [value for row in rows for value in row])


@lru_cache
def _statement(model: type[Model], columns: tuple[str, ...] | None) -> Statement:
    # Both databases quote names, and mark parameters, in the same way.
    meta = model._meta  # noqa: SLF001 -- documented by Django
    fields = tuple(
        field
        for field in meta.concrete_fields
        if (field.name in columns if columns else field is not meta.auto_field)
    )
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    begin = f'INSERT INTO "{meta.db_table}" ({names}) VALUES '  # noqa: S608 -- our own names
    of_types = tuple((field, _as_it_is(field)) for field in fields)
    return Statement(begin, f"({places})", of_types, f' RETURNING "{meta.pk.column}"')


def _as_it_is(field: Field[Any, Any]) -> tuple[type, ...]:
    """The types of values that the field does not change when it stores them."""
    stored = field.target_field if isinstance(field, models.ForeignKey) else field
    found = AS_IT_IS.get(type(stored))
    return (found, NoneType) if found else ()


def _values_of(row: Model, statement: Statement) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    return [
        value
        if type(value := field.pre_save(row, True)) in as_it_is
        else field.get_db_prep_save(value, database)
        for field, as_it_is in statement.fields
    ]
