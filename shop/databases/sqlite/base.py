"""Django's SQLite, with another way to wait for the one writer at a time.

SQLite itself asks again after longer and longer waits, of 100 ms in the end. Beside a process that
writes nearly all the time, such as a worker with a long queue, a request would miss most of the
moments in which nobody writes. This one asks again every few milliseconds.
"""

import sqlite3
from random import uniform
from time import monotonic, sleep
from typing import Any

from django.db.backends.sqlite3 import base

PAUSE = (0.001, 0.004)  # seconds; random, so that two that wait do not ask in step
WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE")


class PatientCursor(base.SQLiteCursorWrapper):
    """Waits for other writers as long as SQLite would, `PRAGMA busy_timeout`."""

    def execute(self, query: str, params: Any = None) -> Any:
        """Execute `query`. Raises OperationalError where others write for too long."""
        driver = self.connection
        if driver.in_transaction or not query.lstrip().startswith(WRITES):
            return super().execute(query, params)
        allowed = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        driver.execute("PRAGMA busy_timeout = 0")
        try:
            return self._execute_until(monotonic() + allowed / 1000, query, params)
        finally:
            driver.execute(f"PRAGMA busy_timeout = {allowed}")

    def _execute_until(self, end: float, query: str, params: Any) -> Any:
        while True:
            try:
                return super().execute(query, params)
            except sqlite3.OperationalError as error:
                # In its last byte: a more exact code may tell why it is busy.
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or monotonic() > end:
                    raise
            sleep(uniform(*PAUSE))  # noqa: S311 -- no secret


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to SQLite, with patient cursors."""

    def create_cursor(self, name: str | None = None) -> PatientCursor:
        """Return a new cursor."""
        cursor: PatientCursor = self.connection.cursor(factory=PatientCursor)
        return cursor
