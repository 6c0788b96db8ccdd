"""Django's PostgreSQL backend, with a cheaper health check and with prepared statements."""

import select
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor, OperationalError
from psycopg.errors import FeatureNotSupported, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

TRUSTED_FOR = 1.0  # seconds after its last use
PREPARED_AFTER = 5  # executions of a statement, as psycopg does by default
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# In one message, so that it takes no longer than BEGIN, which psycopg would send.
BEGIN = "BEGIN{}; SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


class PreparingCursor(Cursor[Any]):
    """Prepares statements that are repeated: the server then neither parses nor plans them again.

    The values of parameters are sent beside the SQL, so that its text is the same each time.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Execute `query`; anew where a migration has changed a column since it was prepared."""
        try:
            return super().execute(query, params, **options)
        except FeatureNotSupported:
            # In a transaction it fails: the rollback has psycopg forget what is prepared.
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL")
            return super().execute(query, params, **options)


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server whether it is there only where the connection was idle, or has news.

    With CONN_HEALTH_CHECKS Django sends `SELECT 1` at each request. A server that restarts or
    crashes, or a proxy that drops a connection, closes the socket, which makes it readable. A drop
    that nobody tells us of strikes idle connections.
    """

    used_at = 0.0
    began_at: datetime | None = None  # when its last transaction began, by the server's clock
    health_check_done: bool

    def init_connection_state(self) -> None:
        """Let statements be prepared and cursors stay open, unless a pooler is in between.

        A pooler such as PgBouncer may give each transaction another connection, which knows no
        statements of ours. It also numbers connections by itself.
        """
        super().init_connection_state()
        (number,) = self.connection.execute("SELECT pg_backend_pid()").fetchone()
        if number == self.connection.info.backend_pid:
            self.connection.prepare_threshold = PREPARED_AFTER
        else:
            # Nor does the next connection know a cursor that `iterator` has opened.
            self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True

    def preparing_cursor(self) -> CursorWrapper:
        """Return a cursor for statements that are repeated, as `cursor` does for any."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = PreparingCursor(self.connection)
            return self._prepare_cursor(cursor)  # type: ignore[attr-defined, no-any-return]

    def _set_autocommit(self, autocommit: bool) -> None:
        """Begin a transaction at once, not with its first statement.

        So others see that it is open before it takes the time of what it changes
        (`shop/change_times.py`).
        """
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            with self.wrap_database_errors:
                self._begin()

    def _begin(self) -> None:
        level = self.connection.isolation_level
        isolation = f" ISOLATION LEVEL {level.name.replace('_', ' ')}" if level else ""
        answer = self.connection.pgconn.exec_(BEGIN.format(isolation).encode())
        if answer.status != ExecStatus.TUPLES_OK:
            # Django takes it for one that commits each statement, psycopg does not.
            self.connection.close()
            error = error_from_result(answer)
            # The server names its errors; without a name nobody was there to answer.
            raise error if error.sqlstate else OperationalError(str(error))
        self.began_at = EPOCH + timedelta(microseconds=int(answer.get_value(0, 0)))

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it is no longer usable. Django calls it at each use."""
        now = time.monotonic()
        if not self.health_check_done and now - self.used_at < TRUSTED_FOR and self._is_quiet():
            self.health_check_done = True
        super().close_if_health_check_failed()
        self.used_at = now

    def _is_quiet(self) -> bool:
        """Return whether there is a connection on which the server has sent nothing unasked."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
