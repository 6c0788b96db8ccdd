"""Changes to restored data, made before any process sees them: SQL for both databases.

The statements meet the schema of the version that made the backup. So the tables that they name get
new columns only with a default in the database.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shop.operations.backups.backup_file import BackupError, Manifest

# Above the number of rows that are written to any table between a backup and a failure.
SKIPPED_IDS = 1_000_000

# A table that has never had a row is not in SQLite's list yet.
SQLITE_ALL_IDS = """
INSERT INTO sqlite_sequence (name, seq)
SELECT name, 0 FROM sqlite_master
WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)
"""
SQLITE_IDS = f"UPDATE sqlite_sequence SET seq = seq + {SKIPPED_IDS}"  # noqa: S608 -- a constant
POSTGRESQL_IDS = f"""
SELECT setval(
    format('%I.%I', schemaname, sequencename)::regclass,
    least(coalesce(last_value, 0) + {SKIPPED_IDS}, max_value)
) FROM pg_sequences WHERE schemaname = current_schema()
"""  # noqa: S608 -- a constant


def made_at(manifest: Manifest) -> datetime:
    """Return the moment of the backup. Raises BackupError."""
    try:
        moment = parse_datetime(manifest.made_at)
    except ValueError:  # well written, but there is no such moment
        moment = None
    if moment is None:
        raise BackupError("The file is no backup of the shop.")
    return moment


def skipped_numbers(manifest: Manifest, number: int, today: datetime) -> dict[str, list[int]]:
    """Return the first and the last number of invoices to leave out, by year.

    In each year from the backup to `today`: customers may hold invoices with these numbers.
    """
    if not number:
        return {}
    first_year = timezone.localtime(made_at(manifest)).year
    years = {str(year) for year in range(first_year, timezone.localtime(today).year + 1)}
    years |= {year for year in manifest.numbers if int(year) > first_year}
    last = {year: manifest.numbers.get(year, 0) for year in sorted(years)}
    return {year: [count + 1, count + number] for year, count in last.items()}


def restore_changes(
    manifest: Manifest, now: datetime, skipped: dict[str, list[int]]
) -> Iterator[str]:
    """Yield the statements: hold, numbers that are left out, ids, sessions.

    Ids go on far above those of the backup. A mailed link names a row by its id, and a partner's
    program may remember one: it must not lead to another customer's.
    """
    zone = "" if manifest.database == "sqlite" else "+00"
    since, backup = (f"{_utc(at)}{zone}" for at in (now, made_at(manifest)))
    yield (
        "INSERT INTO worker_messagehold (since, backup_made_at)"  # noqa: S608 -- moments
        f" VALUES ('{since}', '{backup}')"
    )
    yield (
        "INSERT INTO operations_restoration (restored_at, backup_made_at, skipped_numbers)"  # noqa: S608 -- moments and numbers
        f" VALUES ('{since}', '{backup}', '{json.dumps(skipped)}')"
    )
    for year, (_first, last) in skipped.items():
        yield (
            f"INSERT INTO billing_numberseries (year, last) VALUES ({int(year)}, {int(last)})"  # noqa: S608 -- numbers
            f" ON CONFLICT (year) DO UPDATE SET last = {int(last)}"
        )
    # Some of them were ended since.
    yield "DELETE FROM django_session"
    if manifest.database == "sqlite":
        yield from (SQLITE_ALL_IDS, SQLITE_IDS)
    else:
        yield POSTGRESQL_IDS


def _utc(at: datetime) -> datetime:
    """Return the moment as Django writes it to SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None)
