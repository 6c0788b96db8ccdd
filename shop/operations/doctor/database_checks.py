"""Checks of the database: its switches, its connections, its clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

from portal.backoffice.reports.health_lines import HealthLine, Verdict
from shop.operations.doctor.site_checks import clock_line
from shop.operations.setup.database_schema import database_version, unknown_migrations

# By the name of the switch: the value that keeps orders safe.
SQLITE_SWITCHES = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
# PostgreSQL tells nobody but an administrator the type of another role's connection.
CLIENTS = (
    "pg_stat_activity WHERE datname IS NOT NULL AND usename IS NOT NULL"
    " AND coalesce(backend_type, 'client backend') = 'client backend'"
)
USED_LOOK, USED_ACT = 0.8, 0.95  # of the connections that the shop may open


def database_lines() -> Iterator[HealthLine]:
    """Look at the database as this machine reaches it."""
    connection.ensure_connection()
    yield HealthLine("database-version", "Version", Verdict.FINE, database_version())
    newer = unknown_migrations()
    yield HealthLine(
        "newer-migrations",
        "Migrations of a newer version",
        Verdict.ACT if newer else Verdict.FINE,
        ", ".join(newer) or "none",
        "A newer version has migrated this database: run that version, on each machine.",
    )
    yield _cache_line()
    if connection.vendor == "sqlite":
        yield _switches_line()
        return
    yield _encoding_line()
    yield from _connection_lines()
    (now,) = _row("SELECT clock_timestamp()")
    yield clock_line("database-clock", "Clock of the database", now - datetime.now(UTC))


def _cache_line() -> HealthLine:
    cache.set("doctor", "kept", 60)
    kept = cache.get("doctor") == "kept"
    return HealthLine(
        "cache",
        "Cache",
        Verdict.FINE if kept else Verdict.ACT,
        "keeps what it is given" if kept else "does not keep what it is given",
        "Limits on guessing passwords do not work. Check that the database can be written.",
    )


def _switches_line() -> HealthLine:
    found = {name: _row(f"PRAGMA {name}")[0] for name in SQLITE_SWITCHES}
    wrong = [f"{name} is {found[name]}" for name in found if found[name] != SQLITE_SWITCHES[name]]
    return HealthLine(
        "switches",
        "Switches of SQLite",
        Verdict.ACT if wrong else Verdict.FINE,
        ", ".join(wrong) or ", ".join(f"{name} {value}" for name, value in found.items()),
        "The file must lie on a local disk that allows WAL, and be opened by the shop alone.",
    )


def _encoding_line() -> HealthLine:
    (encoding,) = _row("SHOW server_encoding")
    return HealthLine(
        "encoding",
        "Encoding",
        Verdict.FINE if encoding == "UTF8" else Verdict.ACT,
        encoding,
        "Create the database anew with ENCODING 'UTF8', and restore the data into it.",
    )


def _connection_lines() -> Iterator[HealthLine]:
    (most, number) = _row(
        "SELECT current_setting('max_connections')::int"  # noqa: S608 -- a constant
        " - current_setting('superuser_reserved_connections')::int,"
        f" (SELECT count(*) FROM {CLIENTS})"
    )
    share = number / most
    verdict = Verdict.LOOK if share >= USED_LOOK else Verdict.FINE
    yield HealthLine(
        "connections",
        "Connections",
        Verdict.ACT if share >= USED_ACT else verdict,
        f"{number} of {most} are open",
        "Raise max_connections, or put a pooler in between: a web process needs one for each of "
        "its threads, and a worker one for each of its processes.",
    )
    (roles,) = _row(
        "SELECT string_agg(DISTINCT usename, ', ' ORDER BY usename)"  # noqa: S608 -- a constant
        f" FROM {CLIENTS} AND datname = current_database()"
    )
    yield HealthLine(
        "roles",
        "Connected as",
        Verdict.LOOK if "," in roles else Verdict.FINE,
        roles,
        "All processes of the shop must connect as one role: partners who follow the list of orders "
        "could miss changes otherwise. Somebody who only reads, such as a backup, does no harm.",
    )


def _row(question: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        found: tuple[Any, ...] = cursor.fetchone()
    return found
