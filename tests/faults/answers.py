"""Judge the answers during a storm: the truth, or that there is none just now."""

from collections import Counter
from threading import Lock

import urllib3


class Answers:
    """Counts answers, and complains of those that are not true."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.complaints: list[str] = []
        self.lock = Lock()

    def note(self, what: str, answer: urllib3.BaseHTTPResponse, *expected: int) -> bool:
        """Count an answer; return whether its status is one of `expected`.

        503 must say when to come back, in the shape of its address. An empty 500 is granian's own:
        a process that is out of files or memory does not get as far as our code.
        """
        empty = answer.status == 500 and not answer.data
        with self.lock:
            self.count[f"{what} {answer.status}{' (empty)' if empty else ''}"] += 1
        if answer.status in expected:
            return True
        if answer.status == 503:
            self._check_unavailable(what, answer)
        elif not empty:
            self.complain(f"{what} was answered {answer.status}: {answer.data[:200]!r}")
        return False

    def lost(self, what: str) -> None:
        """Count a call that got no answer."""
        with self.lock:
            self.count[f"{what} lost"] += 1

    def complain(self, complaint: str) -> None:
        """Note a complaint."""
        with self.lock:
            self.complaints.append(complaint)

    def _check_unavailable(self, what: str, answer: urllib3.BaseHTTPResponse) -> None:
        if not answer.headers.get("Retry-After"):
            self.complain(f"{what} was answered 503 without Retry-After")
        kind = answer.headers.get("Content-Type", "")
        if what.startswith("api"):
            if answer.json().get("status") != 503:
                self.complain(f"{what} was answered 503 in another shape")
        elif what.startswith("page") and not (kind.startswith("text/html") and answer.data):
            self.complain(f"{what} was answered 503 without a page")
