"""Hold rows until a transaction ends, in a way that SQLite and PostgreSQL share."""

from typing import Any

from django.db.models import F, QuerySet


def lock_rows(rows: QuerySet[Any]) -> int:
    """Lock `rows` until the caller's transaction ends; return how many there are.

    This is an UPDATE that changes nothing. If another transaction holds a row, it waits and then
    checks the filter again, so a row that no longer fits is not counted. To avoid deadlocks, lock
    in this order: user, order, client, project, membership.
    """
    # A unique column would take a stronger lock, one that inserts of foreign keys wait for.
    columns = rows.model._meta.concrete_fields  # noqa: SLF001 -- documented by Django
    name = next(column.name for column in columns if not column.unique)
    return rows.update(**{name: F(name)})
