"""Wait for conditions, for longer where the machine is busy."""

import os
import time
from collections.abc import Callable


def slowness() -> float:
    """How many times longer than on a quiet machine anything may take: programs per core."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_for(what: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes true within `seconds`, which are longer on a busy machine."""
    began, allowed = time.monotonic(), seconds
    while not what():
        allowed = max(allowed, seconds * slowness())
        if time.monotonic() - began > allowed:
            return what()
        time.sleep(0.1)
    return True
