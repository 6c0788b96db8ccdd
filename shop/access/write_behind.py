"""Numbers that are counted in memory, and that a thread adds to rows every few seconds.

So nobody waits for a row that many write. A process that is killed loses what it has counted since
it last wrote, CALL_COUNTS_EVERY_SECONDS at most.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from multiprocessing.util import Finalize
from threading import Lock, Timer
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings
from django.db import Error, connection, transaction

from shop.access.outages import Outage

Key = TypeVar("Key", bound=tuple[Any, ...])


class WriteBehind(ABC, Generic[Key]):
    """The amounts that this process has counted and not written yet, by key."""

    table: ClassVar[Outage]

    def __init__(self) -> None:
        self.start_anew()
        os.register_at_fork(after_in_child=self.start_anew)

    def start_anew(self) -> None:
        """Begin with nothing: in a forked process all of it, and perhaps the lock, is the parent's."""
        self._lock = Lock()
        self._amounts: dict[Key, list[float]] = {}
        self._timer: Timer | None = None
        self._at_exit: Finalize | None = None

    def add(self, key: Key, *amounts: float) -> None:
        """Add `amounts`, or 1, to those of `key`, and have them written soon; makes no statement."""
        amounts = amounts or (1,)
        with self._lock:
            kept = self._amounts.get(key)
            if kept is None:
                self._amounts[key] = [*amounts]
            else:
                for place, amount in enumerate(amounts):
                    kept[place] += amount
            if self._timer is None and settings.CALL_COUNTS_EVERY_SECONDS:
                self._start_timer()

    def write(self) -> None:
        """Add what was counted to the rows. Raises Error, and then keeps it for the next time."""
        with self._lock:
            amounts, self._amounts = self._amounts, {}
        if not amounts:
            return
        try:
            # Sorted: two processes that write at once lock the rows in the same order.
            with transaction.atomic(savepoint=False):
                self.store(sorted(amounts.items()))
        except Error:
            for key, unwritten in amounts.items():
                self.add(key, *unwritten)
            raise

    @abstractmethod
    def store(self, rows: Sequence[tuple[Key, list[float]]]) -> None:
        """Add the amounts of each key to its row. Raises Error."""

    def forget(self) -> None:
        """Forget what is not written, as a killed process does."""
        with self._lock:
            self._amounts.clear()

    def _run(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.write()
        except Error as error:
            self.table.begin(error)
        else:
            self.table.end()
        finally:
            connection.close()

    def _start_timer(self) -> None:
        timer = Timer(settings.CALL_COUNTS_EVERY_SECONDS, self._run)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:
            return  # too many threads, or the process ends: the next number tries again
        self._timer = timer
        if self._at_exit is None:
            # Processes of `multiprocessing` end without `atexit`.
            self._at_exit = Finalize(self, self._run, exitpriority=1)
