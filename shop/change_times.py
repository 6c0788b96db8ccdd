"""Times of change, by which a list of rows can be followed without a gap.

A transaction that is still open may yet bring a row that changed before others which are visible
already. So a time of change is never before the beginning of its transaction, by the database's
clock, and `settled_before` tells from when on a transaction that is open may still write.
"""

from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from shop.compiled_queries import Statement

# A transaction with an xid has written something, and may write more. One without may be about to
# write, with a time that it has just taken; after a minute it only reads, as a backup does for hours.
OPEN = Statement(
    "SELECT least(statement_timestamp(), min(xact_start)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND (backend_xid IS NOT NULL"
    " OR xact_start > statement_timestamp() - interval '1 minute')",
    [],
    is_repeated=True,
)


def change_time() -> datetime:
    """Return the present moment, for a row that the transaction of the caller changes.

    Call it inside the outermost `atomic`. SQLite has one writer at a time, which has its turn by
    then. On PostgreSQL the transaction has begun, and a clock that is behind the database's does
    not make its changes older.
    """
    began_at: datetime | None = getattr(connection, "began_at", None)
    now = timezone.now()
    return max(now, began_at) if began_at else now


def later_change() -> Greatest:
    """Return the same for an UPDATE of rows that others may change at the same moment.

    It waits for them, and their transactions may have begun later: no row goes back in time.
    """
    return Greatest(F("updated_at"), change_time())


def settled_before() -> datetime | None:
    """Return the time before which no open transaction can write a change any more.

    None on SQLite: whoever writes there has a later time than all that is written. Ask before you
    read the rows, and in no transaction. The shop's processes connect as one role, as PostgreSQL
    shows a role its own transactions only.
    """
    if connection.vendor != "postgresql":
        return None
    [(moment,)] = OPEN.rows()
    found: datetime = moment
    return found


class ChangedAtField(models.DateTimeField):  # type: ignore[type-arg]
    """The time of a row's last change, written by `save` as `auto_now` does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "auto_now": True})

    def deconstruct(self) -> Any:
        """Return what migrations keep: the column is an ordinary one."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> datetime:
        """Set the time to that of the change; with `auto_now` switched off leave it as it is."""
        if not self.auto_now:
            kept: datetime = super().pre_save(model_instance, add)
            return kept
        value = change_time()
        setattr(model_instance, self.attname, value)
        return value
