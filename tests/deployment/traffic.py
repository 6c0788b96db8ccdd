"""Customers and partners of a deployment: every call is noted, with what became of it."""

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.deployment.stack import Stack
from tests.deployment.visitor import Visitor

PAGES = ("/", "/tiers/studio/", "/imprint/", "/api/docs")
READERS, PARTNERS = 3, 2
PAUSE = 0.1  # seconds between two calls of one caller
LONGEST_WAIT = 120.0  # for an order, over all calls with its key


@dataclass
class Phase:
    """The answers while one thing happened."""

    name: str
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # seconds
    silence: float = 0.0  # the longest time without a good answer, in seconds


class Traffic:
    """Calls from several threads, until told to stop."""

    def __init__(self, stack: Stack, visitor: Visitor) -> None:
        self.stack, self.visitor = stack, visitor
        self.numbers = itertools.count(1)
        self.acknowledged: set[str] = set()
        self.given_up: list[str] = []
        self.phases = [Phase("before", answers=visitor.answers)]
        self.last_good = time.monotonic()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        callers = [self.read] * READERS + [self.order] * PARTNERS
        calling = (threading.Thread(target=caller, daemon=True) for caller in callers)
        self.threads = [*calling, visitor]

    def start(self) -> None:
        """Begin."""
        self.last_good = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """End, once the last calls are answered."""
        self.stopped.set()
        self.visitor.stopped.set()
        for thread in self.threads:
            thread.join()

    def begin(self, name: str) -> None:
        """Count what follows by itself."""
        with self.lock:
            self.phases.append(Phase(name))
            self.visitor.answers = self.phases[-1].answers

    def call(self, method: str, path: str, body: str, headers: dict[str, str]) -> int:
        """The status of one call, which is noted; 0 if there was no answer."""
        began, phase = time.monotonic(), self.phases[-1]
        try:
            connection = self.stack.connect()
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            answer.read()
            status, noted = answer.status, f"{method} {answer.status}"
            if status == 503 and not answer.headers.get("Retry-After"):
                noted += " without Retry-After"
            connection.close()
        except (OSError, http.client.HTTPException) as error:
            status, noted = 0, f"{method} {type(error).__name__}"
        with self.lock:
            now = time.monotonic()
            phase.answers[noted] += 1
            phase.slowest = max(phase.slowest, now - began)
            if 200 <= status < 400:
                phase.silence = max(phase.silence, now - self.last_good)
                self.last_good = now
        return status

    def read(self) -> None:
        """Look at pages."""
        for page in itertools.cycle(PAGES):
            if self.stopped.wait(PAUSE):
                return
            self.call("GET", page, "", {})

    def order(self) -> None:
        """Place orders; one that is not acknowledged is sent again with its key."""
        while not self.stopped.wait(PAUSE):
            reference = f"order-{next(self.numbers)}"
            if not self.placed(reference):
                self.given_up.append(reference)

    def placed(self, reference: str) -> bool:
        """Tell if an order was acknowledged in time."""
        document = {
            "product": "s",
            "client_name": reference,
            "project_name": reference,
            "user_email": f"{reference}@example.com",
            "reference": reference,
        }
        headers = {
            "Authorization": f"Bearer {self.stack.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
        }
        end = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < end:
            body = json.dumps({"order": document})
            if self.call("POST", "/api/orders", body, headers) == 201:
                self.acknowledged.add(reference)
                return True
            time.sleep(0.2)
        return False
