"""Slots: how many processes may work for one cluster at once, so that no cluster holds up another.

A slot is a byte of a file without a name, locked by the process that works. The kernel unlocks it
when that process ends, however it ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

from django.conf import settings

MOST = 1000  # slots of a cluster

# Opened before the processes are forked, so that it is the same file for all of them.
_file = TemporaryFile(dir=settings.VAR_DIR)  # noqa: SIM115 -- open as long as the process runs


def slots_of(cluster: str) -> int:
    """The number of processes that may work for a cluster at once."""
    number: int = settings.WORKER_CLUSTERS[cluster].get("workers", 1)
    return number


@contextmanager
def slot(cluster: str) -> Iterator[bool]:
    """Hold a slot of the cluster for the block; False where all are taken."""
    first = MOST * list(settings.WORKER_CLUSTERS).index(cluster)
    places = range(first, first + slots_of(cluster))
    place = next((place for place in places if _lock(place)), None)
    try:
        yield place is not None
    finally:
        if place is not None:
            fcntl.lockf(_file, fcntl.LOCK_UN, 1, place)


def _lock(place: int) -> bool:
    try:
        fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except (BlockingIOError, PermissionError):  # which of the two depends on the system
        return False
    return True
