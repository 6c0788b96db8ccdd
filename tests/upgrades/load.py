"""Partners and visitors who do not notice an upgrade."""

import itertools
import json
import re
import threading
import time
from collections import Counter
from random import Random
from typing import Any

import urllib3

TOKEN = "example-token"  # of the demo's partner
PATIENCE = 60.0  # seconds until an order must be acknowledged
STYLES = re.compile(rb'<link[^>]*href="(/static/[^"]+\.css)"')
VISITED = ("/", "/tiers/m/", "/checkout/", "/register/", "/account/login/", "/api/orders")


class Load:
    """Places orders and looks at pages until told to stop, and counts what came of it."""

    def __init__(self, address: str, pace: float) -> None:
        self.address = address
        self.pace = pace  # orders a second
        self.acknowledged: dict[int, str] = {}  # order_hash by number
        self.incomplete: list[str] = []  # the hashes of orders that lack details
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        self.longest_without = 0.0  # seconds in which no order was acknowledged
        self.numbers = itertools.count(1)
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.last = time.monotonic()
        self.threads = [
            threading.Thread(target=self.work, args=[each], daemon=True)
            for each in (self.place_one, self.place_one, self.visit, self.visit)
        ]

    def start(self) -> None:
        """Begin."""
        self.last = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Begin nothing new, and wait for what was begun."""
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self, what: Any) -> None:
        """Do the same again and again."""
        http = urllib3.PoolManager(retries=False, timeout=30)
        random = Random(threading.get_ident())
        while not self.stopped.is_set():
            began = time.monotonic()
            what(http, random)
            self.stopped.wait(max(0.0, began + 2 / self.pace - time.monotonic()))

    def call(self, http: urllib3.PoolManager, method: str, path: str, **given: Any) -> Any:
        """Make a call; return its answer, or None where the connection failed."""
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {TOKEN}"} if path.startswith("/api/") else {}
        headers |= given.pop("headers", {})
        try:
            answer = http.request(
                method, self.address + path, headers=headers, redirect=False, **given
            )
            status = str(answer.status)
        except urllib3.exceptions.HTTPError as error:
            answer, status = None, type(error).__name__
        took = time.monotonic() - began
        kind = re.sub("[0-9a-f]{32}", "…", path) if not path.startswith("/static/") else "/static/…"
        with self.lock:
            self.answers[f"{method} {kind} {status}"] += 1
            self.slowest = max(self.slowest, took)
            if answer is None or answer.status >= 500 or answer.status == 404:
                self.failures.append(
                    f"{time.time():.1f} {method} {kind} {status} after {took:.1f} s"
                )
        return answer

    def place_one(self, http: urllib3.PoolManager, random: Random) -> None:
        """Place an order, again until it is acknowledged; each tenth lacks its project."""
        number = next(self.numbers)
        document = {
            "product": "s" if number % 2 else "m",
            "client_name": f"Client {number}",
            "user_email": f"member{number}@example.com",
        }
        if number % 10:
            document["project_name"] = f"Project {number}"
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self.call(
                http,
                "POST",
                "/api/orders",
                body=json.dumps({"order": document}).encode(),
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": f"upgrade-{number}",
                },
            )
            if answer is not None and answer.status == 201:
                self.acknowledge(number, answer.json()["data"]["order"]["order_hash"])
                return
            time.sleep(0.2)
        self.failures.append(f"order {number} was not acknowledged")

    def acknowledge(self, number: int, order_hash: str) -> None:
        """Note an order that was placed."""
        with self.lock:
            now = time.monotonic()
            self.longest_without, self.last = max(self.longest_without, now - self.last), now
            if number % 10:
                self.acknowledged[number] = order_hash
            else:
                self.incomplete.append(order_hash)

    def visit(self, http: urllib3.PoolManager, random: Random) -> None:
        """Look at a page and its style sheets."""
        known = list(self.acknowledged.values()) + self.incomplete
        choice = list(VISITED) + [
            f"/register/{each}/" for each in random.sample(known, min(3, len(known)))
        ]
        answer = self.call(http, "GET", random.choice(choice))
        if answer is not None and answer.status == 200:
            for path in STYLES.findall(answer.data):
                self.call(http, "GET", path.decode())
