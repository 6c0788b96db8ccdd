"""Puts the test database back to what the migrations made, on SQLite and on PostgreSQL."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
from django.db import connection


@contextmanager
def kept_copy() -> Iterator[Callable[[], None]]:
    """Copy the test database as it stands; yields the function that restores the copy."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(":memory:")) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
            yield lambda: _restore_file(copy)
    else:
        name = connection.settings_dict["NAME"]
        copy_database(name, f"{name}_kept")
        yield lambda: copy_database(f"{name}_kept", name)
        drop_database(f"{name}_kept")
        drop_database(name)  # pytest-django keeps it


def _restore_file(copy: sqlite3.Connection) -> None:
    connection.ensure_connection()
    copy.backup(connection.connection)


def copy_database(source: str, target: str) -> None:
    """Replace a PostgreSQL database by a copy of another, and end the connections of both."""
    connection.close()
    drop_database(target)
    with _server() as server:
        server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def database_exists(name: str) -> bool:
    """Tell whether there is a PostgreSQL database of this name."""
    with _server() as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


def drop_database(name: str) -> None:
    """Drop a PostgreSQL database, whoever is connected to it."""
    with _server() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _server() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True)
