"""One call at a time under a name, across all processes; a process that dies leaves nothing behind."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection, transaction

PAUSE = 0.02  # seconds between two attempts
LOCK_TIMEOUT = "5s"  # SQLite has its own, in the settings


@contextmanager
def alone_in_transaction(name: str, patience: float) -> Iterator[bool]:
    """Yield True inside a transaction, or False if another call still runs under `name`.

    Waits up to `patience` seconds. The database itself cannot tell: waiting for another call looks
    the same there as waiting for any other writer, or for a table. Raises what opening a
    transaction raises, such as OperationalError.
    """
    digest = hashlib.sha256(name.encode()).digest()
    if connection.vendor == "postgresql":
        with transaction.atomic():
            yield _wait(lambda: _advisory_lock(digest), patience)
        return
    # SQLite: all processes run on this machine. The lock comes first, as SQLite's transactions
    # take turns.
    directory = _directory()
    directory.mkdir(mode=0o700, exist_ok=True)
    path = directory / digest.hex()
    with path.open("w") as file:
        if not _wait(lambda: _file_lock(file), patience):
            yield False
            return
        try:
            with transaction.atomic():
                yield True
        finally:
            # Before the lock goes. A call that waits for this very file goes on beside one that
            # makes a new one: they take turns in the database, and the second finds the first
            # one's response.
            path.unlink(missing_ok=True)


def delete_leftovers() -> None:
    """Delete the files of calls whose process died more than an hour ago."""
    for path in _directory().glob("*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - 3600:
                path.unlink()


def _directory() -> Path:
    return Path(settings.VAR_DIR) / "running-calls"


def _wait(take: Callable[[], bool], patience: float) -> bool:
    until = time.monotonic() + patience
    while not take():
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)
    return True


def _advisory_lock(digest: bytes) -> bool:
    """Take PostgreSQL's lock of this number until the transaction ends, unless it is taken.

    The transaction then waits for other locks, of rows and tables, for LOCK_TIMEOUT at most.
    """
    number = int.from_bytes(digest[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, true), pg_try_advisory_xact_lock(%s)",
            [LOCK_TIMEOUT, number],
        )
        return bool(cursor.fetchone()[1])


def _file_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
