"""The triggers that keep issued invoices, their files and declarations as they are.

The database itself refuses to change such a row, or to delete it before the day until which it is
kept (contract, "Invoices" and "Cancelling"): whoever asks, in whatever way. The database's own clock
counts, in UTC. On SQLite a migration that rebuilds a table drops its triggers, so every `migrate`
creates missing ones.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TODAY = {"sqlite": "date('now')", "postgresql": "(now() AT TIME ZONE 'UTC')::date"}


@dataclass(frozen=True)
class Kept:
    """A table whose rows never change, and the row that says until when each is kept."""

    name: str  # of its triggers
    table: str
    message: str
    keys: tuple[str, ...]  # unique columns: by SQLite's REPLACE a new row could take their place
    owner: str = ""  # the table with `keep_until`, and the column that points to it
    owner_column: str = ""

    @property
    def is_kept(self) -> str:
        """The condition under which a row (OLD) must not be deleted yet."""
        if not self.owner:
            return "OLD.keep_until >= {today}"
        return f"EXISTS ({self._keeper} kept.id = OLD.{self.owner_column} AND {self._in_time})"

    @property
    def is_any_kept(self) -> str:
        """The condition under which the table must not be emptied."""
        return f"EXISTS ({self._keeper} {self._in_time})"

    @property
    def is_replaced(self) -> str:
        """The condition under which a new row (NEW) would take the place of one that is there."""
        same = " OR ".join(f"kept.{key} = NEW.{key}" for key in self.keys)
        return f"EXISTS (SELECT 1 FROM {self.table} AS kept WHERE {same})"  # noqa: S608 -- constants

    @property
    def _keeper(self) -> str:
        return f"SELECT 1 FROM {self.owner or self.table} AS kept WHERE"  # noqa: S608 -- a constant

    @property
    def _in_time(self) -> str:
        return "kept.keep_until >= {today}"


ISSUED, DECLARED = "what was issued never changes", "what was declared never changes"
INVOICES = "billing_invoice"
KEPT = (
    Kept("invoice", INVOICES, ISSUED, keys=("id", "number")),
    Kept("invoice_file", "billing_invoicefile", ISSUED, (), INVOICES, "invoice_id"),
    Kept("declaration", "billing_declaration", DECLARED, keys=("id",)),
)
EXISTING = {
    "postgresql": "SELECT tgname FROM pg_trigger",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}


def create_missing_triggers(using: str, **kwargs: Any) -> None:
    """Create the triggers that are missing; after each `migrate`, once the tables are there."""
    connection = connections[using]
    if not {kept.table for kept in KEPT} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(EXISTING[connection.vendor])
        existing = {name for (name,) in cursor.fetchall()}
        for kept in KEPT:
            for name, statements in _wanted(connection, kept).items():
                if name not in existing:
                    for sql in statements:
                        cursor.execute(sql)


def _wanted(connection: BaseDatabaseWrapper, kept: Kept) -> dict[str, list[str]]:
    """The statements that create each trigger of a table, by its name."""
    prefix, today = f"{kept.name}_kept", TODAY[connection.vendor]
    is_kept = kept.is_kept.format(today=today)
    if connection.vendor == "sqlite":
        wanted = {
            f"{prefix}_updated": _sqlite(kept, f"{prefix}_updated", "UPDATE"),
            f"{prefix}_deleted": _sqlite(kept, f"{prefix}_deleted", "DELETE", is_kept),
        }
        if kept.keys:  # REPLACE would delete a row without a trigger
            name = f"{prefix}_replaced"
            wanted[name] = _sqlite(kept, name, "INSERT", kept.is_replaced)
        return wanted
    is_any_kept = kept.is_any_kept.format(today=today)
    each_row = f"ON {kept.table} FOR EACH ROW"
    fires = {
        f"{prefix}_updated": (f"BEFORE UPDATE {each_row}", ""),
        f"{prefix}_deleted": (f"BEFORE DELETE {each_row}", is_kept),
        # `manage.py flush` truncates: empty tables it may.
        f"{prefix}_truncated": (f"BEFORE TRUNCATE ON {kept.table} FOR EACH STATEMENT", is_any_kept),
    }
    return {name: _postgres(kept, name, *how) for name, how in fires.items()}


def _sqlite(kept: Kept, name: str, event: str, condition: str = "") -> list[str]:
    when = f"WHEN {condition} " if condition else ""
    refuse = f"SELECT RAISE(ABORT, '{kept.message}')"
    return [f"CREATE TRIGGER {name} BEFORE {event} ON {kept.table} {when}BEGIN {refuse}; END"]


def _postgres(kept: Kept, name: str, fires: str, condition: str) -> list[str]:
    refuse = f"RAISE EXCEPTION '{kept.message}' USING ERRCODE = 'integrity_constraint_violation';"
    body = f"IF {condition} THEN {refuse} END IF;" if condition else refuse
    body = f"BEGIN {body} RETURN OLD; END"  # only a DELETE or TRUNCATE gets this far
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} {fires} EXECUTE FUNCTION {name}()",
    ]
