"""The check that the database is one this version can migrate."""

from typing import Any

from django.core.checks import CheckMessage, register
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

# Recorded in databases from before 1.0.0, whose migrations were replaced by initial ones.
BEFORE_1_0 = {
    "0002_initial", "0003_open_order", "0004_consent", "0005_index_of_what_is_due",
    "0006_staff", "0007_queue", "0008_more_of_staff", "0009_member_removed",
}  # fmt: skip


@register("migrations")
def refuse_old_database(**kwargs: Any) -> list[CheckMessage]:
    """Raise SystemExit with one sentence if the database is from before 1.0.0.

    Not a check error: `migrate` would bury it, and the web server starts without checks.
    """
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return []
    if BEFORE_1_0.isdisjoint(name for room, name in applied if room == "orders"):
        return []
    raise SystemExit(
        f"The database {connection.settings_dict['NAME']} is from before version 1.0.0 and cannot "
        "be migrated: set DATABASE_URL to an empty one, or delete this one."
    )
