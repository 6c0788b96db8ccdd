"""A step for tests of the worker."""

import time

from shop.orders.models import Order


def stall(order: Order, key: str) -> None:
    """Waits without using CPU time, for much longer than a step may."""
    time.sleep(60)


stall.calls_out = True  # type: ignore[attr-defined]
