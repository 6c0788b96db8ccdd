"""Restoring a backup, and verifying one by restoring it beside the database."""

import itertools
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from shop.health import InstanceState, worker_instances
from shop.operations.backups.backup_file import (
    DATABASES,
    INVOICES,
    MANIFEST,
    BackupError,
    Manifest,
    parse_manifest,
    read_parts,
)
from shop.operations.backups.backups import key_fingerprint
from shop.operations.backups.database_dumps import (
    own_connection,
    postgresql_rows,
    sqlite_rows,
    work_directory,
)
from shop.operations.backups.database_loads import load_postgresql, load_sqlite, put_in_place
from shop.operations.backups.encryption import decrypted
from shop.operations.backups.restore_changes import restore_changes, skipped_numbers
from shop.operations.backups.stored_files import check_writable, store_file

VENDORS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass
class Restored:
    """Facts about a restore that the operator should know."""

    manifest: Manifest
    skipped: dict[str, list[int]] = field(default_factory=dict)
    files: int = 0


def check_backup(path: Path, identity: Path | None) -> Manifest:
    """Read a backup to its end and compare its sums; returns its manifest. Raises BackupError."""
    manifest = None
    with decrypted(path, identity) as stream:
        for name, content in read_parts(stream):
            if name == MANIFEST:
                manifest = parse_manifest(content)
    if manifest is None:
        raise BackupError("The file is no backup of the shop.")
    return manifest


def check_fits(manifest: Manifest) -> None:
    """Raise BackupError unless this version of the shop can take the backup into its database."""
    if manifest.database != connection.vendor:
        raise BackupError(
            f"The backup is of {VENDORS[manifest.database]}, and DATABASE_URL names "
            f"{VENDORS[connection.vendor]}."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = {name.partition(".")[0] for name in known}
    newer = [
        name for name in manifest.migrations if name not in known and name.partition(".")[0] in ours
    ]
    if newer:
        raise BackupError(
            f"The backup is of version {manifest.version} of the shop, which is newer than this "
            f"one: it has the migration {newer[0]}."
        )


def other_keys(manifest: Manifest) -> list[str]:
    """Return the names of the keys that the backup was made under, and that the settings lack.

    SECRET_KEY and FACTOR_KEY, each with its fallbacks.
    """
    other = []
    for name, fingerprint in manifest.key_fingerprints.items():
        keys = [getattr(settings, name), *getattr(settings, f"{name}_FALLBACKS")]
        if fingerprint not in {key_fingerprint(key) for key in keys if key}:
            other.append(name)
    return other


def tables() -> list[str]:
    """Return the tables of the database."""
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def running_workers() -> list[str]:
    """Return host and process of each worker that runs on the database."""
    if "worker_instancebeat" not in tables():
        return []
    found = worker_instances()
    return [str(row) for row, state in found if state != InstanceState.LOST]


def restore(
    path: Path, identity: Path | None, manifest: Manifest, *, replace: bool, skip: int
) -> Restored:
    """Restore a backup that was checked. Raises BackupError.

    With the data comes the hold on messages; `skip` is for how many numbers of invoices a gap is
    left. Migrations that are newer than the backup run before the files are stored.
    """
    now = timezone.now()
    restored = Restored(manifest, skipped_numbers(manifest, skip, now))
    changes = list(restore_changes(manifest, now, restored.skipped))
    if manifest.invoice_files:
        check_writable()  # while nothing has changed
    with decrypted(path, identity) as stream:
        for is_database, parts in _grouped(stream, manifest):
            if is_database:
                _replace_database((content for _name, content in parts), changes, replace=replace)
                call_command("migrate", verbosity=0, interactive=False)
            else:
                restored.files += sum(_store(name, content) for name, content in parts)
    return restored


def verify(path: Path, identity: Path | None, manifest: Manifest) -> bool:
    """Restore a backup beside the database, and compare the rows of each table.

    False where the role may create no database to do so. Raises BackupError.
    """
    with decrypted(path, identity) as stream:
        for is_database, parts in _grouped(stream, manifest):
            if is_database:
                dump = (content for _name, content in parts)
                rows = _rows_of_sqlite(dump) if manifest.database == "sqlite" else _rows_of(dump)
                if rows is None:
                    return False
                _compare(rows, manifest.rows)
    return True


def _grouped(stream: Any, manifest: Manifest) -> Iterator[tuple[bool, Iterator[tuple[str, bytes]]]]:
    prefix = DATABASES[manifest.database]
    return itertools.groupby(read_parts(stream), lambda part: part[0].startswith(prefix))


def _replace_database(dump: Iterable[bytes], changes: list[str], *, replace: bool) -> None:
    if connection.vendor == "sqlite":
        with work_directory() as folder:
            load_sqlite(dump, folder / "restored.sqlite3", changes)
            connection.close()
            put_in_place(folder / "restored.sqlite3", str(connection.settings_dict["NAME"]))
    else:
        connection.close()
        with own_connection() as database:
            load_postgresql(dump, database, changes, emptied=replace)


def _store(name: str, content: bytes) -> bool:
    """Store the file of an invoice unless it is there. Raises BackupError."""
    if not name.startswith(INVOICES):
        return False
    try:
        return store_file(name.removeprefix(INVOICES), content)
    except (BackupError, OSError) as error:
        told = str(error) if isinstance(error, BackupError) else f"{error.strerror}."
        raise BackupError(
            f"The database is restored, but not all files of invoices are. {told} Mend that, and run "
            "the command again with --replace."
        ) from error


def _rows_of_sqlite(dump: Iterable[bytes]) -> dict[str, int]:
    with work_directory() as folder:
        load_sqlite(dump, folder / "verified.sqlite3")
        with closing(sqlite3.connect(folder / "verified.sqlite3")) as database:
            return sqlite_rows(database)


def _rows_of(dump: Iterable[bytes]) -> dict[str, int] | None:
    try:
        with _throw_away_database() as database:
            load_postgresql(dump, database)
            return postgresql_rows(database)
    except psycopg.errors.InsufficientPrivilege:
        return None


@contextmanager
def _throw_away_database() -> Iterator["psycopg.Connection[Any]"]:
    name = f"backup_verify_{secrets.token_hex(4)}"
    quoted = psycopg.sql.Identifier(name)
    with own_connection() as server:
        server.execute(psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(quoted))
        try:
            with own_connection(name) as database:
                yield database
        finally:
            server.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def _compare(found: dict[str, int], expected: dict[str, int]) -> None:
    for table in sorted({*found, *expected}):
        if found.get(table) != expected.get(table):
            raise BackupError(
                f"The table {table} has {found.get(table)} rows once restored, and had "
                f"{expected.get(table)}."
            )
