"""Write an order with its rows as the shop has written one, by raw cursor, in one transaction."""

import secrets
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

Row = list[Any]
TIMES = {"created_at", "updated_at", "at", "next_attempt_at"}
templates: dict[str, tuple[list[str], list[Row]]] = {}


def copy_order(cursor: Any, order_id: int, tables: list[str]) -> None:
    """Insert a copy of an order and of its rows in `tables`, and see that a wake-up waits."""
    if not templates:
        found = {name: _rows(cursor, name, "order_id", order_id) for name in tables}
        # At once: other threads look.
        templates.update(found | {"orders_order": _rows(cursor, "orders_order", "id", order_id)})
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    fresh = {**dict.fromkeys(TIMES, now), "order_hash": secrets.token_hex(16)}
    fresh["order_number"] = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}"
    with transaction.atomic():
        new_id = _insert(cursor, "orders_order", fresh)
        for name in tables:
            _insert(cursor, name, fresh | {"order_id": new_id})
        cursor.execute(
            'SELECT count(*) FROM django_q_ormq WHERE "key" = %s AND "lock" <= %s', ["packing", now]
        )
        if not cursor.fetchone()[0]:
            raise LookupError("The shop has left no wake-up: nobody must run its worker.")


def _rows(cursor: Any, table: str, column: str, value: int) -> tuple[list[str], list[Row]]:
    cursor.execute(f'SELECT * FROM "{table}" WHERE "{column}" = %s', [value])
    names = [each[0] for each in cursor.description]
    rows = [list(row) for row in cursor.fetchall()]
    if "id" in names:
        place = names.index("id")
        names.pop(place)
        for row in rows:
            row.pop(place)
    return names, rows


def _insert(cursor: Any, table: str, fresh: dict[str, Any]) -> int:
    names, rows = templates[table]
    marks = f"({', '.join(['%s'] * len(names))})"
    columns = ", ".join(f'"{name}"' for name in names)
    values = [
        fresh.get(name, value) for row in rows for name, value in zip(names, row, strict=True)
    ]
    returning = " RETURNING id" if table == "orders_order" else ""
    cursor.execute(
        f'INSERT INTO "{table}" ({columns}) VALUES {", ".join([marks] * len(rows))}{returning}',
        values,
    )
    return int(cursor.fetchone()[0]) if returning else 0
