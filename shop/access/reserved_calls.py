"""Calls of rate limits that this process has reserved: not each of them writes to the database.

A process that is called often under one key charges several calls to the bucket at once, and counts
the next ones down in memory. What the limits promise stays true:

- Calls are charged before they are allowed, so no number of calls in any number of processes passes
  more than a limit allows.
- A reserve ends when the bucket may be full again (`full_at` as it was told; other callers only put
  it off). Up to then, charging calls early and charging them on time come to the same. After that,
  what is left would come on top of a full burst, and is forgotten. Calls that come more slowly than
  the limit allows are charged as if they were made a little later, so that the reserve lasts for
  them: the bucket is less full than it might be, for a quarter of a second or so.
- A reserve grows only where the last one was used up in its time, and is a fiftieth of the burst at
  most. Below half of the burst calls are charged one by one. So what is charged and never used is
  small, and no caller that keeps to the rate is refused for it. Small bursts have no reserve.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from django.db import connection

from shop.access.buckets import Charge, Spent

SHARE = 50  # a reserve is at most this part of the burst
HORIZON = 0.25  # seconds for which calls are reserved
MOST_KEYS = 1000  # for which reserves are remembered


@dataclass
class Reserve:
    """Calls of one key: how many were charged at once and when, and how many of them are left."""

    size: int
    left: int
    charged_at: float
    full_at: float  # as it was told last: the bucket is full again then, or later


class Reserves:
    """The reserves of one process, by key."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._held: dict[str, Reserve] = {}
        self._lock = Lock()

    def spend(
        self, charge: Charge, burst: int, spend: Callable[[Charge], Spent | None]
    ) -> Spent | None:
        """Take a call from the reserve, else `spend` it and, if that is worth it, a new reserve.

        `full_at` in the result does not count what is left of the reserve: the process may use it.
        Inside a transaction, which may be rolled back, nothing is reserved.
        """
        if burst < 2 * SHARE:
            return spend(charge)
        with self._lock:
            held = self._held.get(charge.key)
            if held and held.left and charge.now < held.full_at:
                held.left -= 1
                return Spent(allowed=True, full_at=held.full_at - held.left * charge.cost)
            size, pace = _expected(held, charge, burst)
        if size > 1 and not connection.in_atomic_block:
            spent = spend(_reserving(charge, size, pace))
            if spent is None:
                return None
            if spent.allowed:
                return self._keep(charge, spent, size)
        spent = spend(charge)
        return self._keep(charge, spent, 1) if spent and spent.allowed else spent

    def forget(self) -> None:
        """Forget all reserves, as a new process does."""
        with self._lock:
            self._held.clear()

    def _keep(self, charge: Charge, spent: Spent, size: int) -> Spent:
        """Keep the calls that were charged beyond this one."""
        with self._lock:
            held = self._held.get(charge.key)
            left, full_at = size - 1, spent.full_at
            if held and self._clock() < held.full_at:  # of another thread, perhaps
                left, full_at = held.left + left, max(held.full_at, full_at)
            if held is None and len(self._held) >= MOST_KEYS:
                self._held.clear()
            self._held[charge.key] = Reserve(size, left, charge.now, full_at)
        return Spent(allowed=True, full_at=full_at - left * charge.cost)


def _expected(held: Reserve | None, charge: Charge, burst: int) -> tuple[int, float]:
    """The number of calls to charge at once, and the seconds from one to the next lately.

    Twice as many as the last time, if those were used up, and no more than come within HORIZON.
    """
    if held is None:
        return 1, HORIZON
    used = max(held.size - held.left, 1)
    pace = max(charge.now - held.charged_at, 0) / used
    size = min(used if held.left else 2 * used, burst // SHARE, int(HORIZON / max(pace, 1e-6)))
    will_be_full_at = held.full_at + size * charge.cost
    return (size if will_be_full_at <= charge.now + charge.room / 2 else 1), pace


def _reserving(charge: Charge, size: int, pace: float) -> Charge:
    """The charge for `size` calls, if half of the burst is left then.

    It is dated so that the bucket is not full before the calls are expected, with half as much
    time again.
    """
    cost = size * charge.cost
    later = max(size * pace * 1.5 - cost, 0)
    return replace(charge, now=charge.now + later, cost=cost, room=charge.room / 2 - later)


reserves = Reserves()
