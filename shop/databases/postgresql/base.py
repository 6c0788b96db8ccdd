"""Django's PostgreSQL backend, with a cheaper check that a connection is still there."""

import select
import time

from django.db.backends.postgresql import base

TRUSTED_FOR = 1.0  # seconds after its last use


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the server whether it is there only where the connection was idle, or has news.

    With CONN_HEALTH_CHECKS Django sends `SELECT 1` at each request. A server that restarts or
    crashes, or a proxy that drops a connection, closes the socket, which makes it readable. A drop
    that nobody tells us of strikes idle connections.
    """

    used_at = 0.0
    health_check_done: bool

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
