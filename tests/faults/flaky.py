"""The example's provisioning service on a bad day."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from threading import Lock, Thread
from typing import Any

from acme.server import Handler, Workspaces, make_server

from shop.orders.models import Order

# What happens at a call, and how often. Nobody gets it wrong more than twice for one order.
MOODS = {
    "well": 68,
    "error before": 8,  # refuses and has done nothing
    "error after": 8,  # has done it and says that it failed
    "cut": 8,  # has done it and hangs up
    "late": 4,  # has done it and answers when nobody waits any more
    "hang": 4,  # has done nothing and does not answer
}


class Flaky(Handler):
    """Answers in a mood that seed, key and number of the call decide."""

    seed: int
    timeout_of_callers: float
    calls: Counter[str]
    moods: Counter[str]
    count = Lock()

    def do_POST(self) -> None:  # noqa: N802 -- its base class calls it so
        """Do as the mood says."""
        key = self.headers.get("Idempotency-Key", "")
        with self.count:
            self.calls[key] += 1
            number = self.calls[key]
        random = Random(f"{self.seed} {key} {number}")
        self.mood = random.choices(list(MOODS), list(MOODS.values()))[0] if number < 3 else "well"
        with self.count:
            self.moods[self.mood] += 1
        if self.mood == "hang":
            time.sleep(self.timeout_of_callers + 1)
            self.close_connection = True
        elif self.mood == "error before":
            self.answer(503, {})
        else:
            super().do_POST()

    def answer(self, status: int, content: dict[str, Any]) -> None:
        """Say what was done, or not."""
        if self.mood == "cut":
            self.close_connection = True
            return
        if self.mood == "late":
            time.sleep(self.timeout_of_callers + 0.5)
        super().answer(500 if self.mood == "error after" else status, content)

    def handle(self) -> None:
        """Serve; whoever calls may be killed at any moment."""
        try:
            super().handle()
        except ConnectionError:
            pass


class Service:
    """A running service: what it has made, and its moods."""

    def __init__(self, seed: int, timeout: float) -> None:
        own = {
            "seed": seed,
            "timeout_of_callers": timeout,
            "calls": Counter(),
            "moods": Counter(),
        }
        kind = type("Seeded", (Flaky,), own)
        self.server = make_server(0, kind)
        self.handler: type[Flaky] = self.server.RequestHandlerClass  # type: ignore[assignment]
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def judge(self) -> dict[str, Any]:
        """The numbers, and a complaint where an order has not exactly one workspace."""
        workspaces: Workspaces = self.handler.workspaces
        made = Counter(wish["order"] for wish in workspaces.made)
        orders = dict(Order.objects.values_list("pk", "delivered_project"))
        complaints = [
            f"order {pk} has {made[pk]} workspaces" for pk in orders.keys() | made if made[pk] != 1
        ]
        projects = {wish["order"]: wish["project"] for wish in workspaces.made}
        if projects != orders:
            complaints.append("workspaces are for other projects than the orders")
        return {
            "workspaces": len(workspaces.made),
            "calls of the service": sum(self.handler.moods.values()),
            "moods": dict(sorted(self.handler.moods.items())),
            "complaints": complaints,
        }


@contextmanager
def flaky_service(seed: int, timeout: float) -> Iterator[Service]:
    """A service for as long as the block runs."""
    service = Service(seed, timeout)
    thread = Thread(target=service.server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        thread.join()
        service.server.server_close()
