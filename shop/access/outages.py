"""Outages of what the shop can do without for a while, as each process sees them."""

import logging
import time
from threading import Lock

logger = logging.getLogger(__name__)


class Outage:
    """Remembers that something does not answer, so that not every request waits for it.

    The log tells once that it began, and once that it is over.
    """

    def __init__(self, what: str, instead: str, pause: float = 5.0) -> None:
        self.what = what
        self.instead = instead
        self.pause = pause  # seconds between two attempts
        self.lock = Lock()
        self.since: float | None = None
        self.next_at = 0.0

    def is_on(self) -> bool:
        """Return whether the last attempt failed; False for one caller every `pause` seconds.

        That caller is to try again.
        """
        if self.since is None:
            return False
        with self.lock:
            now = time.monotonic()
            if now < self.next_at:
                return True
            self.next_at = now + self.pause
        return False

    def begin(self, error: Exception) -> None:
        """Note that an attempt has failed."""
        with self.lock:
            now = time.monotonic()
            is_new, self.since = self.since is None, self.since or now
            self.next_at = now + self.pause
        if is_new:
            text = " ".join(str(error).split())
            logger.warning("%s does not answer (%s). %s", self.what, text, self.instead)

    def end(self) -> None:
        """Note that an attempt has succeeded."""
        if self.since is None:
            return
        with self.lock:
            since, self.since = self.since, None
        if since is not None:
            logger.warning("%s answers again, after %.0f s.", self.what, time.monotonic() - since)
