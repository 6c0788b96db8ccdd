"""The triggers that keep issued invoices and their files as they are.

The database itself refuses to change an invoice, or to delete it before the day until which it is
kept (contract, "Invoices"): whoever asks, in whatever way. The database's own clock counts, in UTC.
On SQLite a migration that rebuilds a table drops its triggers, so every `migrate` creates missing
ones.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

INVOICES, FILES = "billing_invoice", "billing_invoicefile"
TODAY = {"sqlite": "date('now')", "postgresql": "(now() AT TIME ZONE 'UTC')::date"}
MESSAGE = "what was issued never changes"

KEPT = f"EXISTS (SELECT 1 FROM {INVOICES} AS kept WHERE"  # noqa: S608 -- a constant

# For each trigger: its table, when it fires, and the condition under which it refuses.
TRIGGERS = {
    "invoice_kept_updated": (INVOICES, "UPDATE", ""),
    "invoice_kept_deleted": (INVOICES, "DELETE", "OLD.keep_until >= {today}"),
    "invoice_file_kept_updated": (FILES, "UPDATE", ""),
    "invoice_file_kept_deleted": (
        FILES,
        "DELETE",
        KEPT + " kept.id = OLD.invoice_id AND kept.keep_until >= {today})",
    ),
}
# REPLACE would delete a row without a trigger.
OF_SQLITE = {
    "invoice_kept_replaced": (
        INVOICES,
        "INSERT",
        KEPT + " kept.id = NEW.id OR kept.number = NEW.number)",
    ),
}
# `manage.py flush` truncates: empty tables it may.
TRUNCATED = {"invoice_kept_truncated": INVOICES, "invoice_file_kept_truncated": FILES}
EXISTING = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid"
    " IN ('billing_invoice'::regclass, 'billing_invoicefile'::regclass)",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    " AND tbl_name IN ('billing_invoice', 'billing_invoicefile')",
}


def create_missing_triggers(using: str, **kwargs: Any) -> None:
    """Create the triggers that are missing; after each `migrate`, once the tables are there."""
    connection = connections[using]
    if not {INVOICES, FILES} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(EXISTING[connection.vendor])
        existing = {name for (name,) in cursor.fetchall()}
        for name, statements in _wanted(connection).items():
            if name not in existing:
                for sql in statements:
                    cursor.execute(sql)


def _wanted(connection: BaseDatabaseWrapper) -> dict[str, list[str]]:
    today = TODAY[connection.vendor]
    if connection.vendor == "sqlite":
        return {
            name: [_sqlite(name, table, event, condition.format(today=today))]
            for name, (table, event, condition) in (TRIGGERS | OF_SQLITE).items()
        }
    refuse = f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';"
    rows = {
        name: _postgres(name, f"BEFORE {event} ON {table} FOR EACH ROW", _if(condition, refuse))
        for name, (table, event, condition) in TRIGGERS.items()
    }
    tables = {
        name: _postgres(
            name,
            f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
            _if(KEPT + " kept.keep_until >= {today})", refuse),
        )
        for name, table in TRUNCATED.items()
    }
    return rows | tables


def _if(condition: str, then: str) -> str:
    today = TODAY["postgresql"]
    return f"IF {condition.format(today=today)} THEN {then} END IF;" if condition else then


def _sqlite(name: str, table: str, event: str, condition: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    refuse = f"SELECT RAISE(ABORT, '{MESSAGE}')"
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}BEGIN {refuse}; END"


def _postgres(name: str, fires: str, body: str) -> list[str]:
    body = f"BEGIN {body} RETURN OLD; END"  # only a DELETE or TRUNCATE gets this far
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} {fires} EXECUTE FUNCTION {name}()",
    ]
