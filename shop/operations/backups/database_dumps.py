"""Dumps of the database as it is at one moment, while the shop goes on."""

import fcntl
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from shop.operations.backups.backup_file import BackupError
from shop.operations.backups.programs import CHUNK, output_of, postgresql_program
from shop.operations.error_lines import first_line

NUMBERS = "SELECT CAST(year AS text), last FROM billing_numberseries"
SECRETS = {
    *("password", "sslpassword"),
    *("scram_client_key", "scram_server_key", "oauth_client_secret"),
}
GZIP = 31  # for zlib: with the header and the sum of a gzip file


@dataclass(frozen=True)
class Dump:
    """A dump that can be read once, with the rows of each table and the last number of each year."""

    rows: dict[str, int]
    numbers: dict[str, int]  # of invoices and credit notes
    content: Iterator[bytes]


@contextmanager
def database_dump() -> Iterator[Dump]:
    """Yield a dump of what is committed by now. Raises BackupError."""
    with _sqlite_dump() if connection.vendor == "sqlite" else _postgresql_dump() as dump:
        yield dump


@contextmanager
def work_directory() -> Iterator[Path]:
    """Yield an empty folder beside the data, as private as they are.

    Raises BackupError while another backup or restore of this machine has it.
    """
    folder = Path(settings.VAR_DIR) / "backup-work"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor)
        try:
            _empty(folder)  # of one that was killed
            yield folder
        finally:
            _empty(folder)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BackupError("Another backup or restore is running.") from None


def _empty(folder: Path) -> None:
    for each in folder.iterdir():
        each.unlink()


@contextmanager
def _sqlite_dump() -> Iterator[Dump]:
    name = str(connection.settings_dict["NAME"])
    with work_directory() as folder:
        copy = folder / "snapshot.sqlite3"
        source, target = sqlite3.connect(name, timeout=20), sqlite3.connect(copy)
        with closing(source), closing(target):
            # In one step: it reads as of one moment, and others go on writing.
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            rows = sqlite_rows(target)
            numbers = dict(target.execute(NUMBERS).fetchall())
        yield Dump(rows, numbers, _compressed(copy))


def sqlite_rows(database: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    tables = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        table: database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 -- a name from the schema
        for (table,) in sorted(tables)
    }


def _compressed(path: Path) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP, level=6)
    with path.open("rb") as file:
        while some := file.read(CHUNK):
            yield packer.compress(some)
    yield packer.flush()


def unpacked(content: Iterator[bytes]) -> Iterator[bytes]:
    """Return the clear bytes of a gzip file, never more than CHUNK of them at once.

    Raises BackupError where it is damaged.
    """
    unpacker = zlib.decompressobj(wbits=GZIP)
    try:
        for some in content:
            left = some
            while left:
                yield unpacker.decompress(left, CHUNK)
                left = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error:
        raise BackupError("The database in the backup is damaged.") from None
    if not unpacker.eof:
        raise BackupError("The database in the backup is not whole.")


@contextmanager
def _postgresql_dump() -> Iterator[Dump]:
    program = postgresql_program("pg_dump")
    with own_connection() as database:
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        database.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        database.execute("SET LOCAL statement_timeout = 0")
        (snapshot,) = _one(database, "SELECT pg_export_snapshot()")
        rows = postgresql_rows(database)
        numbers = dict(database.execute(NUMBERS).fetchall())
        command = [program, "--format=custom", "--no-owner", "--no-privileges"]
        command += [f"--snapshot={snapshot}", f"--dbname={address_of(database)}"]
        with output_of(command, variables=password_of(database)) as output:
            yield Dump(rows, numbers, iter(lambda: output.read(CHUNK), b""))


def postgresql_rows(database: "psycopg.Connection[Any]") -> dict[str, int]:
    """Return the number of rows of each table of the schema."""
    tables = database.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    ).fetchall()
    count = psycopg.sql.SQL("SELECT count(*) FROM {}")
    return {
        table: _one(database, count.format(psycopg.sql.Identifier(table)))[0] for (table,) in tables
    }


@contextmanager
def own_connection(name: str = "") -> Iterator["psycopg.Connection[Any]"]:
    """Yield another connection to the shop's server, to its database or to that of `name`.

    Raises BackupError where it does not answer.
    """
    try:
        database = psycopg.connect(**_parameters(name), autocommit=True)
    except psycopg.OperationalError as error:
        raise BackupError(f"The database does not answer: {first_line(error)}.") from None
    with closing(database):
        yield database


def address_of(database: "psycopg.Connection[Any]") -> str:
    """Return the address of `database` for a command line, which all users of the machine can see."""
    # Not the driver's: it names options of its own libpq, which older programs do not know.
    parameters = _parameters(database.info.dbname)
    return make_conninfo(**{name: parameters[name] for name in parameters if name not in SECRETS})


def password_of(database: "psycopg.Connection[Any]") -> dict[str, str]:
    """Return the environment of a program that connects as `database` does."""
    password = database.info.password
    return {"PGPASSWORD": password} if password else {}


def _parameters(name: str) -> dict[str, Any]:
    given = connection.get_connection_params() | ({"dbname": name} if name else {})
    # The others are the driver's own.
    return {name: value for name, value in given.items() if isinstance(value, str | int)}


def _one(database: "psycopg.Connection[Any]", query: Any) -> tuple[Any, ...]:
    (row,) = database.execute(query).fetchall()
    return tuple(row)
