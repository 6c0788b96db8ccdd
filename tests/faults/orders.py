"""Partners' programs that place orders over HTTP and do not give up: lost calls are sent again."""

import itertools
import json
import os
import threading
import time
from typing import Any

import urllib3

from tests.faults.answers import Answers

CLIENTS = 4
# Without it no invoice is issued.
BILLED = os.environ.get("FAULTS_BILLING", "1") == "1"
BILLING = {
    "customer_type": "company",
    "company": "Sturmfilm GmbH",
    "street": "Hafenstraße 1",
    "postal_code": "20359",
    "city": "Hamburg",
    "country": "DE",
}
LONGEST_WAIT = 180.0  # for the answer to one order, over all its calls


def document(number: int) -> dict[str, Any]:
    """The order of this number, with who is billed. Each tenth is for somebody who has ordered just
    before.
    """
    person = number - 1 if number % 10 == 1 else number
    billed = {"billing": BILLING} if BILLED else {}
    return {
        "product": "s" if number % 2 else "m",
        "client_name": f"Client {number}",
        "project_name": f"Project {number}",
        "user_email": f"member{person}@example.com",
        **billed,
    }


class Partners:
    """Place orders at a steady pace until told to stop."""

    def __init__(
        self, address: str, token: str, answers: Answers, *, told_at: str, pace: float
    ) -> None:
        self.url = f"{address}/api/orders"
        self.token = token
        self.told_at = told_at  # where they take webhooks
        self.pace = pace  # orders a second, by all together
        self.numbers = itertools.count(1)
        self.acknowledged: dict[int, str] = {}  # order_hash by number
        self.answers = answers
        self.slowest = 0.0
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.work) for _ in range(CLIENTS)]

    def place_one(self) -> None:
        """Place one order, as soon as somebody takes it."""
        self.place(urllib3.PoolManager(retries=False, timeout=15), next(self.numbers))

    def start(self) -> None:
        """Begin to place orders."""
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Begin no new order, and wait until those begun are acknowledged."""
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self) -> None:
        """Place one order after another."""
        http = urllib3.PoolManager(retries=False, timeout=15)
        while not self.stopped.is_set():
            began = time.monotonic()
            self.place(http, next(self.numbers))
            self.stopped.wait(began + CLIENTS / self.pace - time.monotonic())

    def place(self, http: urllib3.PoolManager, number: int) -> None:
        """Place the order of this number, sending it again until it is acknowledged."""
        began = time.monotonic()
        while time.monotonic() < began + LONGEST_WAIT:
            try:
                answer = self.call(http, number)
            except urllib3.exceptions.HTTPError:
                self.answers.lost("api order")
            else:
                # 409: an earlier call under the key still runs.
                if self.answers.note("api order", answer, 201, 409) and answer.status == 201:
                    order: dict[str, Any] = answer.json()["data"]["order"]
                    self.acknowledged[number] = order["order_hash"]
                    self.slowest = max(self.slowest, time.monotonic() - began)
                    if "Idempotency-Replayed" in answer.headers:
                        self.answers.count["api order replayed"] += 1
                    return
            time.sleep(0.2)
        self.answers.complain(f"order {number} was not acknowledged")

    def document(self, number: int) -> dict[str, Any]:
        """The order of this number, with where its partner is told of it."""
        return {**document(number), "redirection_uri": self.told_at}

    def call(self, http: urllib3.PoolManager, number: int) -> urllib3.BaseHTTPResponse:
        """Send the order of this number, each time under the same key."""
        return http.request(
            "POST",
            self.url,
            body=json.dumps({"order": self.document(number)}).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"storm-{number}",
                "X-Forwarded-For": "203.0.113.7",  # loopback is not limited in the demo
            },
        )
