"""Steps of a deployment, for browsers to watch: they do as the project's name says."""

import os
import time
from pathlib import Path

from shop.orders.models import Order
from shop.packing.outcomes import NeedsCorrection

STEPS = [
    "shop.packing.steps.client",
    "shop.packing.steps.project",
    "tests.journey.steps.hold",
    "shop.packing.steps.member",
    "shop.packing.steps.invitation",
    "tests.journey.steps.look_at_the_name",
]
LONGEST = 120  # seconds


def hold(order: Order, key: str) -> None:
    """Takes as long as a file is there."""
    flag, end = Path(os.environ["HOLD_FILE"]), time.monotonic() + LONGEST
    while order.project_name == "held" and flag.exists() and time.monotonic() < end:
        time.sleep(0.1)


hold.calls_out = True  # type: ignore[attr-defined]


def look_at_the_name(order: Order) -> None:
    """Some names are for customers to mend, some for staff."""
    if order.project_name == "admin":
        text = "This name is reserved. Please choose another one."
        raise NeedsCorrection("name_reserved", customer=text, members=["project_name"])
    if order.project_name == "theirs":
        raise NeedsCorrection("disk_full", staff="The disk is full.")
