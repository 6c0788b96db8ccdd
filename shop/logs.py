"""The log's formats and filter: no secrets, and no flood while the database is away."""

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from traceback import extract_tb

from django.db import InterfaceError, OperationalError

from shop.log_context import current_order
from shop.masking import mask
from shop.request_id import current_id
from shop.version import version

# SQLite calls mistakes in our own SQL operational errors, too: they keep their traceback.
OUR_MISTAKE = re.compile(r"no such |syntax error|ambiguous column|has no column|misuse")
OUR_ROOMS = re.compile(r"/(shop|portal)/")

# The fields that a line about one trace has; tracing sets it where it is on.
trace_fields: Callable[[], dict[str, str]] = dict


class DiscreetFormatter(logging.Formatter):
    """Masks what is secret or personal, in tracebacks too. Times are in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of `record`, with the id of its request."""
        record.request_id = current_id.get()
        record.message = self.text(record)
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        return "\n".join(filter(None, (self.formatMessage(record), self.traceback(record))))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """The time of `record` as ISO 8601, in milliseconds."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def text(self, record: logging.LogRecord) -> str:
        """The message of `record`, with the error of a database that is away."""
        return mask(": ".join(filter(None, (record.getMessage(), vars(record).get("away")))))

    def traceback(self, record: logging.LogRecord) -> str:
        """The traceback of `record`, and the stack if it was asked for; "" without."""
        # Not `exc_text`: a formatter that masks nothing may have written that.
        found = []
        if record.exc_info and "away" not in vars(record):
            found.append(self.formatException(record.exc_info))
        if record.stack_info:
            found.append(self.formatStack(record.stack_info))
        return mask("\n".join(found))


class JsonFormatter(DiscreetFormatter):
    """One JSON object a line, for programs that collect logs; docs/operators/monitoring.md."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`. Fields that have no value are left out."""
        # Our own numbers and names alone, of a line about a request: they need no mask.
        fields = vars(record).get("fields")
        found = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self.text(record) if fields is None else record.getMessage(),
            "request_id": current_id.get().strip("-"),
            "order": current_order.get(),
            # Others are named for what they do.
            "process": record.processName if record.processName != "MainProcess" else "",
            "pid": record.process,
            "version": version(),
            **(fields or {}),
            **trace_fields(),
            "exception": self.traceback(record),
        }
        kept = {name: value for name, value in found.items() if value not in {None, ""}}
        return json.dumps(kept, ensure_ascii=False)


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
        if raised is None or not is_database_away(raised):
            return True
        with self.lock:
            if time.monotonic() < self.next_at:
                self.left_out += 1
                return False
            self.next_at = time.monotonic() + self.seconds
            left_out, self.left_out = self.left_out, 0
        # For our formatters; others who handle the record, such as error reports, get it whole.
        more = f" (and {left_out} more like this)" if left_out else ""
        vars(record)["away"] = _in_one_line(raised) + more
        return True


def is_database_away(raised: BaseException) -> bool:
    """Tell whether `raised` says that the database does not answer, rather than a mistake of ours."""
    is_operational = isinstance(raised, OperationalError | InterfaceError)
    return is_operational and not OUR_MISTAKE.search(str(raised))


def _in_one_line(raised: BaseException) -> str:
    """The error and the place in our code where it was raised."""
    text = f"{type(raised).__name__}: {' '.join(str(raised).split())}"
    ours = [each for each in extract_tb(raised.__traceback__) if OUR_ROOMS.search(each.filename)]
    return f"{text} [{ours[-1].filename}:{ours[-1].lineno}]" if ours else text


@contextmanager
def silent_logs() -> Iterator[None]:
    """Log nothing meanwhile: a command says itself what failed."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
