"""Wait for conditions, for longer where the machine is busy."""

import os
import time
from collections.abc import Callable


def slowness() -> float:
    """Return how many programs want to run per core, at least 1: all takes that much longer."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_for(what: Callable[[], bool], seconds: float) -> bool:
    """Return whether a condition comes true within `seconds`, as many times longer as we are slow."""
    began, allowed = time.monotonic(), seconds
    while not what():
        allowed = max(allowed, seconds * slowness())
        if time.monotonic() - began > allowed:
            return what()
        time.sleep(0.1)
    return True
