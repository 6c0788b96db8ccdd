"""Steps and functions for tests of the worker."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from shop.orders.models import Order


def stall(order: Order, key: str) -> None:
    """Waits without using CPU time, for much longer than a step may."""
    time.sleep(60)


stall.calls_out = True  # type: ignore[attr-defined]


def dawdle(order: Order, key: str) -> None:
    """Takes its time, so that workers are killed and ended while they pack."""
    time.sleep(0.3)


dawdle.calls_out = True  # type: ignore[attr-defined]


def mark_hour(beat: Callable[[], None]) -> None:
    """Hourly work that leaves a line in the file HOURS."""
    with Path(os.environ["HOURS"]).open("a") as file:
        file.write(f"{os.getppid()}\n")
