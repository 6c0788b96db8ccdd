"""Shutdown: the supervisor tells all its processes at once that this worker is about to end.

A process in the middle of a backlog finishes the piece under way and leaves the rest to others.
Otherwise it would still be at work when its time is up, and what it holds would wait for its lease.
"""

from multiprocessing.sharedctypes import RawValue


class ShutdownError(BaseException):
    """Ends long work between two pieces: no `except Exception` on the way takes it for a failure."""


_flag = RawValue("b", 0)  # in memory that forked processes share


def begin_shutdown() -> None:
    """Have this process, and all that were forked from it, begin nothing new."""
    _flag.value = 1


def is_shutting_down() -> bool:
    """Tell if this worker is about to end."""
    return bool(_flag.value)
