"""Loading of a dump into a database, with what is to be changed before anybody sees it."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from shop.operations.backups.backup_file import BackupError
from shop.operations.backups.database_dumps import address_of, password_of, unpacked
from shop.operations.backups.programs import input_of, postgresql_program

# The first version of PostgreSQL with this setting. pg_restore sets it for older servers, too.
NEW_SETTING, SINCE = "1,40{/^SET transaction_timeout = 0;$/d;}", 170_000
# Everything in the schema, whatever version of the shop has made it.
EMPTY_SCHEMA = """
DO $do$ DECLARE each record; BEGIN
    FOR each IN SELECT format('%I.%I', schemaname, tablename) AS name
        FROM pg_tables WHERE schemaname = current_schema()
    LOOP EXECUTE 'DROP TABLE IF EXISTS ' || each.name || ' CASCADE'; END LOOP;
    FOR each IN SELECT format('%I.%I', schemaname, sequencename) AS name
        FROM pg_sequences WHERE schemaname = current_schema()
    LOOP EXECUTE 'DROP SEQUENCE IF EXISTS ' || each.name || ' CASCADE'; END LOOP;
    FOR each IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
            SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP EXECUTE 'DROP ROUTINE IF EXISTS ' || each.name || ' CASCADE'; END LOOP;
END $do$;
"""


def load_sqlite(dump: Iterable[bytes], path: Path, changes: Iterable[str] = ()) -> None:
    """Write a dump to a new file at `path`, and make `changes` in it, statements of SQL.

    Raises BackupError where the database is damaged.
    """
    with path.open("wb") as file:
        for some in unpacked(iter(dump)):
            file.write(some)
    with closing(sqlite3.connect(path)) as database:
        try:
            (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
            for statement in changes:
                database.execute(statement)
            database.commit()
        except sqlite3.DatabaseError as error:
            raise BackupError(f"The database in the backup is damaged: {error}.") from None
    if verdict != "ok":
        raise BackupError(f"The database in the backup is damaged: {verdict}.")


def put_in_place(path: Path, name: str) -> None:
    """Replace the content of the SQLite database `name` by that of the file at `path`, at once."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(name)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=WAL")


def load_postgresql(
    dump: Iterable[bytes],
    database: "psycopg.Connection[Any]",
    changes: Iterable[str] = (),
    *,
    emptied: bool = False,
) -> None:
    """Load a dump, `emptied` of what was there, and make `changes`, all in one transaction.

    Raises BackupError.
    """
    psql = [postgresql_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    psql.append(f"--dbname={address_of(database)}")
    convert = [postgresql_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-"]
    adapt = ["sed", "-e", NEW_SETTING if database.info.server_version < SINCE else ""]
    ((schema,),) = database.execute("SELECT quote_ident(current_schema())").fetchall()
    with input_of(psql, variables=password_of(database)) as script:
        script.write(f"BEGIN;\n{EMPTY_SCHEMA if emptied else ''}".encode())
        script.flush()
        with (
            input_of(adapt, stdout=script, variables={"LC_ALL": "C"}) as lines,
            input_of(convert, stdout=lines) as archive,
        ):
            for some in dump:
                archive.write(some)
        # The script of pg_restore leaves no search path. Without COMMIT nothing of it lasts.
        script.write(f"SET search_path TO {schema};\n".encode())
        script.write(";\n".join([*changes, "COMMIT"]).encode() + b";\n")
