"""Locks that keep two setups from running at once, on one machine and on several."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import Error, connection
from django.db.backends.utils import CursorWrapper

LOCK = 5_742_115_021  # the number of the advisory lock: any that nobody else uses
TRY_TO_LOCK = "SELECT pg_try_advisory_lock(%s)"
PAUSE = 0.5  # seconds between two tries


@contextmanager
def machine_lock(before_waiting: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other setup runs on this machine, and keep others from starting.

    Where there is another one, `before_waiting` is called with where it runs. Raises CommandError
    where the file of the lock cannot be written.
    """
    path = Path(settings.VAR_DIR, "setup.lock")
    try:
        file = path.open("w")
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror}. Delete it if it belongs to another user."
        ) from error
    with file:
        # The lock ends with the process, however that ends.
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            before_waiting("on this machine")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def database_lock(before_waiting: Callable[[str], None]) -> Iterator[None]:
    """Do the same for all machines that share a PostgreSQL database. SQLite is on one machine.

    The lock belongs to a connection apart, as `migrate` may have to open that of the shop anew.
    Behind a pooler there is no such thing: there the machines must be set up one after the other.
    """
    if connection.vendor != "postgresql" or is_pooled():
        yield
        return
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            if not _is_true(cursor, TRY_TO_LOCK):
                before_waiting("on this database")
                # Waiting in the database would hold up CREATE INDEX CONCURRENTLY.
                while not _is_true(cursor, TRY_TO_LOCK):
                    time.sleep(PAUSE)
            try:
                yield
            finally:
                with suppress(Error):  # the connection is gone, and its lock with it
                    _is_true(cursor, "SELECT pg_advisory_unlock(%s)")
    finally:
        holder.close()


def is_pooled() -> bool:
    """Return whether a pooler such as PgBouncer is between us and PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return bool(number != connection.connection.info.backend_pid)


def _is_true(cursor: CursorWrapper, question: str) -> bool:
    cursor.execute(question, [LOCK])
    return bool(cursor.fetchone()[0])
