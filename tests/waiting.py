"""Wait for conditions, for longer where the machine is busy."""

import os
import time
from collections.abc import Callable

# What the load does not show: it grows slowly, and says nothing of a slow disk or of other machines
# on the same cores. Waiting for longer costs nothing where what is waited for comes.
MARGIN = 4.0


def slowness() -> float:
    """Return how many times longer than on a quiet machine anything may take here."""
    return MARGIN * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_for(what: Callable[[], bool], seconds: float) -> bool:
    """Return whether a condition comes true within `seconds` of a quiet machine."""
    began, allowed = time.monotonic(), seconds
    while not what():
        allowed = max(allowed, seconds * slowness())
        if time.monotonic() - began > allowed:
            return what()
        time.sleep(0.1)
    return True
