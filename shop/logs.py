"""The log's format and filter: no secrets, and no flood while the database is away."""

import logging
import re
import time
from datetime import UTC, datetime
from threading import Lock
from traceback import extract_tb

from django.db import InterfaceError, OperationalError

from shop.orders.card_numbers import hide_cards
from shop.request_id import current_id

SECRET_PATH = re.compile(
    r"/(register|orders|reset/key)/[^\s/?\"']+(?:/(join|cancel)/[^\s/?\"']+)?", re.IGNORECASE
)
# SQLite calls mistakes in our own SQL operational errors, too: they keep their traceback.
OUR_MISTAKE = re.compile(r"no such |syntax error|ambiguous column|has no column|misuse")
OUR_ROOMS = re.compile(r"/(shop|portal)/")


class DiscreetFormatter(logging.Formatter):
    """Masks secret URL parts and card numbers, in tracebacks too. Times are in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of `record`, with the id of its request."""
        record.request_id = current_id.get()
        return hide_cards(SECRET_PATH.sub(_mask, super().format(record)))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """The time of `record` as ISO 8601, in milliseconds."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class DatabaseAwayFilter(logging.Filter):
    """Shortens errors of a database that is away to one line, and lets one through a second.

    Each request and each task fails then, hundreds a second, all with the same long traceback.
    """

    def __init__(self, name: str = "", seconds: float = 1.0) -> None:
        super().__init__(name)
        self.seconds = seconds
        self.lock = Lock()
        self.next_at = 0.0
        self.left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Let `record` pass, perhaps shortened, or leave it out."""
        raised = record.exc_info[1] if record.exc_info else None
        if not isinstance(raised, OperationalError | InterfaceError):
            return True
        if OUR_MISTAKE.search(str(raised)):
            return True
        with self.lock:
            if time.monotonic() < self.next_at:
                self.left_out += 1
                return False
            self.next_at = time.monotonic() + self.seconds
            left_out, self.left_out = self.left_out, 0
        record.msg = f"{record.getMessage()}: {_in_one_line(raised)}"
        if left_out:
            record.msg += f" (and {left_out} more like this)"
        record.args = None
        record.exc_info = record.exc_text = None
        return True


def _in_one_line(raised: BaseException) -> str:
    """The error and the place in our code where it was raised."""
    text = f"{type(raised).__name__}: {' '.join(str(raised).split())}"
    ours = [each for each in extract_tb(raised.__traceback__) if OUR_ROOMS.search(each.filename)]
    return f"{text} [{ours[-1].filename}:{ours[-1].lineno}]" if ours else text


def _mask(found: re.Match[str]) -> str:
    return f"/{found[1]}/…" + (f"/{found[2]}/…" if found[2] else "")
