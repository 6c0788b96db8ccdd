"""Hold rows until a transaction ends, in a way that SQLite and PostgreSQL share."""

from typing import Any

from django.db.models import F, Model, QuerySet

from shop.compiled_queries import CompiledUpdate, Parameter


def lock_rows(rows: QuerySet[Any]) -> int:
    """Lock `rows` until the caller's transaction ends; return how many there are.

    This is an UPDATE that changes nothing. If another transaction holds a row, it waits and then
    checks the filter again, so a row that no longer fits is not counted. To avoid deadlocks, lock
    in this order: user, order, client, project, membership.
    """
    return rows.update(**_nothing(rows.model))


def row_lock(model: type[Model], *columns: str, **fixed: object) -> CompiledUpdate:
    """Return `lock_rows` for the rows that have given values in `columns`, compiled once.

    `fixed` are conditions that are the same at each call.
    """
    found = {column: Parameter(column) for column in columns} | fixed
    return CompiledUpdate(lambda: model._default_manager.filter(**found), **_nothing(model))


def _nothing(model: type[Model]) -> dict[str, F]:
    # A unique column would take a stronger lock, one that inserts of foreign keys wait for.
    columns = model._meta.concrete_fields  # noqa: SLF001 -- documented by Django
    name = next(column.name for column in columns if not column.unique)
    return {name: F(name)}
