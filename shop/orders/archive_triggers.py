"""The triggers that let no new order have the hash or number of an archived one.

The unique columns of orders do not see the archive. On SQLite a migration that rebuilds the table of
orders drops its triggers, so every `migrate` creates missing ones.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

NAME = "order_not_archived"
TAKEN = (
    "EXISTS (SELECT 1 FROM orders_archivedorder WHERE order_hash = NEW.order_hash"
    " OR order_number = NEW.order_number OR id = NEW.id)"
)
MESSAGE = "an archived order has this hash or number"
# After the unique columns were checked: who waited for the order to be archived sees it then.
STATEMENTS = {
    "sqlite": """
        CREATE TRIGGER {name} AFTER INSERT ON orders_order WHEN {taken}
        BEGIN SELECT RAISE(ABORT, '{message}'); END
    """,
    "postgresql": """
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {taken} THEN
                RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = '{message}';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER INSERT ON orders_order
        FOR EACH ROW EXECUTE FUNCTION {name}();
    """,
}
EXISTING = {
    "postgresql": "pg_trigger WHERE tgrelid = 'orders_order'::regclass AND tgname = %s",
    "sqlite": "sqlite_master WHERE type = 'trigger' AND name = %s",
}


def create_missing_trigger(using: str, **kwargs: Any) -> None:
    """Create the trigger where it is missing; called after each `migrate` and `flush`."""
    connection = connections[using]
    tables = {"orders_order", "orders_archivedorder"}
    if tables <= set(connection.introspection.table_names()) and not _exists(connection):
        with transaction.atomic(using=using), connection.cursor() as cursor:
            statement = STATEMENTS[connection.vendor]
            cursor.execute(statement.format(name=NAME, taken=TAKEN, message=MESSAGE))


def _exists(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {EXISTING[connection.vendor]}", [NAME])  # noqa: S608 -- a constant
        return bool(cursor.fetchone()[0])
