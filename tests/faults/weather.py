"""The storm's faults: begun one after the other, each lasting a while, drawn from a seed."""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

import psutil
import psycopg
from django.utils import timezone

from tests.faults import processes
from tests.faults.databases import Postgres, fill_disk, sqlite_faults
from tests.faults.mail_server import MOODS, MailServer
from tests.faults.processes import FROZEN, VICTIMS, End
from tests.faults.shop import Shop
from tests.postgres import Server
from tests.redis_server import Server as Redis

PATIENCE = 5.0  # seconds to wait where nobody is there to be killed
MOST_AT_ONCE = 5
MOST_IN_HAND = 200
Begin = Callable[[], End | None]  # None: there is nothing to spoil at this moment


@dataclass(frozen=True)
class Kind:
    """A kind of fault, how long it lasts in seconds, and how often it is dealt."""

    begin: Begin
    lasts: tuple[float, float] = (0.0, 0.0)
    often: int = 1


class Weather:
    """Begins faults and ends them, and remembers which were when."""

    def __init__(
        self, shop: Shop, seed: int, *, server: Server | None, redis: Redis, mail: MailServer,
        full_disk: Path | None, longest: float, without: str = "", several: bool = False,
    ) -> None:  # fmt: skip
        self.shop = shop
        self.several = several  # workers
        self.random = Random(seed)
        self.kinds = {
            **self._of_processes(),
            **self._of_mail(mail),
            **self._of_redis(redis),
            **self._of_the_database(server),
        }
        if without:
            kept = {name: kind for name, kind in self.kinds.items() if not name.startswith(without)}
            self.kinds = kept
        if full_disk:
            self.kinds["disk full"] = Kind(partial(fill_disk, full_disk), (1, 4), 2)
        self.longest = longest
        self.hand: list[str] = []
        self.under_way: dict[str, tuple[float, datetime, End]] = {}
        self.faults: list[tuple[str, datetime, datetime]] = []

    def storm(self, seconds: float, pace: float) -> None:
        """Begin a fault about every `pace` seconds, for `seconds`; then end what still lasts."""
        over = time.monotonic() + seconds
        try:
            while time.monotonic() < over:
                self.begin_next()
                self.wait(pace * self.random.uniform(0.5, 1.5))
        finally:
            for name in list(self.under_way):
                self.end(name)

    def wait(self, seconds: float) -> None:
        """Wait, end faults that have lasted long enough, and start again what died."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            for name in [name for name, (end, _, _) in self.under_way.items() if end < now]:
                self.end(name)
            self.shop.sleep(min(0.1, until - now))

    def begin_next(self) -> None:
        """Begin the first in hand that can begin at this moment."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if len(self.under_way) < MOST_AT_ONCE:
                # The last ones of a hand often last already: go on with a new one meanwhile.
                if any(map(self.begin, self.hand)):
                    return
                self.deal()
            self.wait(0.05)

    def deal(self) -> None:
        """Take one more round of all kinds into the hand."""
        if len(self.hand) < MOST_IN_HAND:
            deck = [name for name, kind in self.kinds.items() for _ in range(kind.often)]
            self.hand += self.random.sample(deck, len(deck))

    def begin(self, name: str) -> bool:
        """Begin a fault, unless it lasts already or there is nobody to suffer it."""
        if name in self.under_way:
            return False
        kind, begun = self.kinds[name], timezone.now()
        try:
            end = kind.begin()
        except (psutil.Error, psycopg.Error, sqlite3.Error, OSError, IndexError):
            return False  # it needs what another fault has taken away
        if end is None:
            return False
        lasts = min(self.longest, self.random.uniform(*kind.lasts))
        self.under_way[name] = (time.monotonic() + lasts, begun, end)
        self.hand.remove(name)
        return True

    def end(self, name: str) -> None:
        """End a fault. A database's server does not start on a full disk."""
        if name == "database: crash" and "disk full" in self.under_way:
            self.end("disk full")
        _, begun, end = self.under_way.pop(name)
        end()
        self.faults.append((name, begun, timezone.now()))

    def count(self) -> dict[str, int]:
        """The number of faults of each kind."""
        return dict(sorted(Counter(name for name, _, _ in self.faults).items()))

    def suffer(self, kind: str, fault: Callable[[psutil.Process], End]) -> End | None:
        """Do `fault` to one process of the kind, at some moment of its work."""
        victims = VICTIMS[kind](self.shop)
        if not victims:
            return None
        victim = self.random.choice(victims)
        time.sleep(self.random.uniform(0, 0.06))
        return fault(victim)

    def _of_processes(self) -> dict[str, Kind]:
        often = {"busy worker": 4, "idle helper": 2, "web process": 2}
        kinds = {
            f"{name} killed": Kind(
                partial(self.suffer, name, processes.kill), often=often.get(name, 1)
            )
            for name in VICTIMS
        }
        kinds |= {
            f"{name} frozen": Kind(partial(self.suffer, name, processes.freeze), (1, 8))
            for name in FROZEN
        }
        for name in ("web process", "pool"):
            out_of = partial(self.suffer, name, processes.exhaust_memory)
            kinds[f"{name} out of memory"] = Kind(out_of, (1, 4))
        out_of = partial(self.suffer, "web process", processes.exhaust_files)
        kinds["web process out of files"] = Kind(out_of, (1, 5), 2)
        starve, lose = (self.of_a_worker(each) for each in (processes.starve, processes.lose))
        kinds["worker starved"] = Kind(starve, (6, 12))
        end = partial(self.suffer, "supervisor", processes.restart)
        kinds["worker told to end"] = Kind(end, often=2)
        if self.several:
            kinds["worker added"] = Kind(partial(processes.add, self.shop), (10, 25), 2)
            kinds["worker lost"] = Kind(lose, (3, 15), 2)
        return kinds

    def of_a_worker(self, fault: Callable[[Shop, str], End]) -> Begin:
        """Do `fault` to one of the workers."""
        return lambda: fault(self.shop, self.random.choice(self.shop.workers()))

    def _of_mail(self, mail: MailServer) -> dict[str, Kind]:
        def mood(name: str) -> End:
            mail.handler.mood = name

            def end() -> None:
                if mail.handler.mood == name:
                    mail.handler.mood = ""

            return end

        def stop() -> End:
            mail.stop()
            return mail.start

        lasts = {"550": (0.3, 1.0)}  # what is refused for good is never sent
        kinds = {
            f"mail server: {name}": Kind(partial(mood, name), lasts.get(name, (1, 6)))
            for name in MOODS
        }
        return {**kinds, "mail server away": Kind(stop, (1, 6))}

    def _of_redis(self, redis: Redis) -> dict[str, Kind]:
        def stop() -> End:
            redis.kill()
            return redis.start

        def freeze() -> End | None:
            if redis.process is None:
                return None
            pid = redis.process.pid
            os.kill(pid, signal.SIGSTOP)

            def end() -> None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

            return end

        return {"redis away": Kind(stop, (1, 8), 2), "redis frozen": Kind(freeze, (1, 8), 2)}

    def _of_the_database(self, server: Server | None) -> dict[str, Kind]:
        found = Postgres(server, self.random).faults() if server else sqlite_faults()
        lasts = {"write lock": (1, 26), "crash": (0.5, 2), "connections cut": (0, 0)}
        often = {"write lock": 2, "long reader": 2}
        return {
            f"database: {name}": Kind(begin, lasts.get(name, (1, 8)), often.get(name, 1))
            for name, begin in found.items()
        }
