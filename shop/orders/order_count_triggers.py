"""The triggers that keep `OrderCount` true, in the transaction of whatever changes an order.

Triggers, not Python: they count also what bulk updates and the version before write, so that the
numbers are exact from the moment at which the triggers are created. On SQLite a migration that
rebuilds the table of orders drops its triggers; `loaddata` and `flush` write both tables. So every
`migrate` creates missing triggers, and counts anew where the numbers are not those of the orders. A
migration that rebuilds `orders_ordercount` must drop them first.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

COLUMNS = ("application_id", "placed_by_id", "product_id", "state")
INTO = f"INSERT INTO orders_ordercount ({', '.join(COLUMNS)}, number"
# For each trigger: when it fires, and what it adds for the row before and after.
TRIGGERS = {
    "order_count_inserted": ("INSERT", {"NEW": 1}),
    "order_count_updated": (f"UPDATE OF {', '.join(COLUMNS)}", {"OLD": -1, "NEW": 1}),
    "order_count_deleted": ("DELETE", {"OLD": -1}),
}

EXISTING = {
    "postgresql": "pg_trigger WHERE tgrelid = 'orders_order'::regclass"
    " AND tgname LIKE 'order_count_%'",
    "sqlite": "sqlite_master WHERE type = 'trigger' AND name LIKE 'order_count_%'",
}


def create_missing_triggers(using: str, **kwargs: Any) -> None:
    """Create the triggers where they are missing, and count again where a number is wrong.

    Called after each `migrate` and `flush`, once the tables are there.
    """
    connection = connections[using]
    if {"orders_order", "orders_ordercount"} <= set(connection.introspection.table_names()):
        create_triggers(connection)


def create_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers and count all orders, in one transaction; nothing if all is well."""
    if _exist(connection) and _are_true(connection):
        return
    postgres = connection.vendor == "postgresql"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if postgres:
            # Nobody writes an order that neither the count nor a trigger sees, or folds meanwhile.
            tables = "orders_order, orders_ordercount"
            cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
        drop_triggers(connection)
        for name in TRIGGERS:
            for sql in _postgres(name) if postgres else [_sqlite(name)]:
                cursor.execute(sql)
        cursor.execute("DELETE FROM orders_ordercount")
        cursor.execute(_recount())


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers; the numbers are no longer true then."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            on_table = " ON orders_order" if postgres else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
            if postgres:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def _exist(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {EXISTING[connection.vendor]}")  # noqa: S608 -- our own names
        return bool(cursor.fetchone()[0] == len(TRIGGERS))


def _are_true(connection: BaseDatabaseWrapper) -> bool:
    """Tell if each number is that of the orders there are: one statement, beside all writers."""
    columns = ", ".join(COLUMNS)
    kept = f"SELECT {columns}, -number FROM orders_ordercount"  # noqa: S608 -- our own names
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM ({_counts()} UNION ALL {kept}) AS both_kinds"  # noqa: S608 -- our own names
            f" GROUP BY {columns} HAVING sum(number) <> 0 LIMIT 1"
        )
        return cursor.fetchone() is None


def _sqlite(name: str) -> str:
    event, signs = TRIGGERS[name]
    when = _when([*signs], "IS NOT")
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON orders_order WHEN {when} BEGIN {_add(signs)}; END"
    )


def _postgres(name: str) -> list[str]:
    event, signs = TRIGGERS[name]
    when = _when([*signs], "IS DISTINCT FROM")
    body = f"BEGIN {_add(signs)}; RETURN NULL; END"
    on_row = f"AFTER {event} ON orders_order FOR EACH ROW WHEN ({when})"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} {on_row} EXECUTE FUNCTION {name}()",
    ]


def _when(rows: list[str], differs: str) -> str:
    """The condition under which a number changes."""
    if len(rows) == 1:
        return f"{rows[0]}.state <> 'new'"
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in COLUMNS)


def _add(signs: dict[str, int]) -> str:
    """The statement that adds to the numbers for each row's application and for its user."""
    rows = [
        f"SELECT {holders}, {row}.product_id, {row}.state, {sign} WHERE {row}.state <> 'new'{also}"
        for row, sign in signs.items()
        for holders, also in (
            (f"{row}.application_id, NULL", ""),
            (f"NULL, {row}.placed_by_id", f" AND {row}.placed_by_id IS NOT NULL"),
        )
    ]
    return f"{INTO}) {' UNION ALL '.join(rows)}"


def _recount() -> str:
    """The statement that writes the numbers of all orders there are."""
    return f"{INTO}, folded) SELECT counted.*, TRUE FROM ({_counts()}) AS counted"  # noqa: S608 -- our own names


def _counts() -> str:
    """The query for the numbers of all orders there are."""
    counts = [
        f"SELECT {holders}, product_id, state, count(*) AS number FROM orders_order "  # noqa: S608 -- our own names
        f"WHERE state <> 'new'{also} GROUP BY {holder}, product_id, state"
        for holder, holders, also in (
            ("application_id", "application_id, NULL AS placed_by_id", ""),
            ("placed_by_id", "NULL, placed_by_id", " AND placed_by_id IS NOT NULL"),
        )
    ]
    return " UNION ALL ".join(counts)
