"""Locks that keep two setups from running at once, on one machine and on several."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

LOCK = 5_742_115_021  # the number of the advisory lock: any that nobody else uses
PAUSE = 0.5  # seconds between two tries


@contextmanager
def machine_lock() -> Iterator[None]:
    """Wait until no other setup runs on this machine, and keep others from starting."""
    with Path(settings.VAR_DIR, "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # ends with the process, however that ends
        yield


@contextmanager
def database_lock() -> Iterator[None]:
    """Do the same for all machines that share a PostgreSQL database. SQLite is on one machine.

    The lock belongs to the connection, on which `migrate` runs as well. Behind a pooler there is no
    such thing: there the machines must be set up one after the other.
    """
    if connection.vendor != "postgresql" or is_pooled():
        yield
        return
    # Tried again and again: waiting in the database would hold up CREATE INDEX CONCURRENTLY.
    while not _is_true("SELECT pg_try_advisory_lock(%s)"):
        time.sleep(PAUSE)
    try:
        yield
    finally:
        try:
            _is_true("SELECT pg_advisory_unlock(%s)")
        except Error:  # the connection is gone, and its locks with it
            connection.close()


def is_pooled() -> bool:
    """Return whether a pooler such as PgBouncer is between us and PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return bool(number != connection.connection.info.backend_pid)


def _is_true(question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [LOCK])
        return bool(cursor.fetchone()[0])
