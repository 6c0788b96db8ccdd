"""Kill processes, at moments drawn from a seed."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from random import Random

import psutil
from django.utils import timezone

from tests.faults.shop import Processes, Shop, children
from tests.postgres import Server

PATIENCE = 5.0  # where nobody is there to be killed
AWAY = 1.0  # seconds the database is down

Victims = Callable[[Shop], Processes]


def idle(shop: Shop) -> Processes:
    """Helpers that have not packed anything for a while; one may hold a queue's lock."""
    busy = shop.busy(within=0.5)
    return [helper for helper in shop.helpers() if helper not in busy]


def callers(shop: Shop) -> Processes:
    """The processes that send webhooks."""
    clusters = [one for one in shop.clusters() if one.environ().get("Q_CLUSTER_NAME") == "webhooks"]
    return [helper for one in clusters for guard in children(one) for helper in children(guard)]


def main_of(name: str) -> Victims:
    """The service itself."""
    return lambda shop: [psutil.Process(shop.services[name].process.pid)]


VICTIMS: dict[str, Victims] = {
    "busy worker": lambda shop: shop.busy(),
    "idle helper": idle,
    "caller": callers,
    "sentinel": Shop.sentinels,
    "cluster": Shop.clusters,
    "supervisor": main_of("worker"),
    "web server": main_of("web"),
    "web process": lambda shop: shop.services["web"].children(),
}
# What one round of a storm is made of; the seed says in which order.
DECK = [*VICTIMS, "busy worker", "busy worker", "busy worker", "idle helper", "idle helper"]


class Killer:
    """Kills, and remembers whom and when."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop = shop
        self.random = Random(seed)
        self.hand: list[str] = []
        self.kills: list[tuple[str, datetime]] = []

    def storm(self, seconds: float, pace: float, server: Server | None) -> None:
        """Kill for `seconds`, about every `pace` of them; once the database's server, half way."""
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            self.kill_next()
            if server and time.monotonic() > began + seconds / 2:
                self.crash(server)
                server = None
            self.shop.sleep(pace * self.random.uniform(0.5, 1.5))

    def kill_next(self) -> None:
        """Kill the first in hand whose kind is there at this moment."""
        self.hand = self.hand or self.random.sample(DECK, len(DECK))
        # Not at once: the seed says how far into its work a victim comes.
        moment = self.random.uniform(0, 0.06)
        end = time.monotonic() + PATIENCE
        while not any(self.kill(kind, moment) for kind in self.hand):
            self.shop.look()
            if time.monotonic() > end:
                return
            time.sleep(0.005)

    def kill(self, kind: str, moment: float) -> bool:
        """Kill one of the kind, unless there is none at this moment."""
        try:
            victims = VICTIMS[kind](self.shop)
            if not victims:
                return False
            victim = self.random.choice(victims)
            time.sleep(moment)
            self.kills.append((kind, timezone.now()))
            victim.kill()
        except psutil.Error:
            return False
        self.hand.remove(kind)
        return True

    def crash(self, server: Server) -> None:
        """Have the database's server die and come back."""
        self.kills.append(("database server", timezone.now()))
        server.crash()
        self.shop.sleep(AWAY)
        server.start()

    def count(self) -> dict[str, int]:
        """The number of kills of each kind."""
        return dict(sorted(Counter(kind for kind, _ in self.kills).items()))
