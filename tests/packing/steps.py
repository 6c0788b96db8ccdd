"""Steps a deployment might add, for tests."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import connection

from shop.orders.models import Order
from shop.packing.outcomes import NeedsHuman, NotBefore

seen_depth = -1


def fail(order: Order) -> None:
    """Fails each time, after having written something; spares clients called lucky."""
    if order.client_name == "lucky":
        return
    Order.objects.filter(pk=order.pk).update(tier_name="half done")
    raise RuntimeError("the provisioning service is away")


def linger(order: Order) -> None:
    """Takes its time while a file says so, and tells who works on it."""
    flag = Path(os.environ["LINGER_FILE"])
    if flag.exists() and flag.read_text() == "linger":
        flag.write_text(str(os.getpid()))
        time.sleep(60)


def nap(order: Order, key: str) -> None:
    """Waits for another system, for longer than a cluster may be quiet by default."""
    time.sleep(7)


nap.calls_out = True  # type: ignore[attr-defined]


def call_out(order: Order, key: str) -> None:
    """Asks another system, and tells how many transactions are open meanwhile."""
    global seen_depth  # noqa: PLW0603
    seen_depth = len(connection.savepoint_ids)


call_out.calls_out = True  # type: ignore[attr-defined]


def say(order: Order) -> None:
    """Says what the test has put into `says`."""
    if says:
        raise says[0]


says: list[Exception] = []


def ask(order: Order, key: str) -> None:
    """Asks another system: a function that the test has put into `asked`."""
    asked[0](order, key)


ask.calls_out = True  # type: ignore[attr-defined]
asked: list[Callable[[Order, str], None]] = []


def payment(order: Order) -> None:
    """A gate: waits for the payment that the test puts into `paid`."""
    if order.pk not in paid:
        raise NeedsHuman("unpaid", staff="No payment has arrived yet.")


payment.gate = True  # type: ignore[attr-defined]
paid: set[int] = set()


def do(order: Order) -> None:
    """Does what the test has put into `done`."""
    for act in done:
        act(order)


done: list[Callable[[Order], None]] = []


def fair_weather(subject: object) -> None:
    """A gate: waits until the moment that the test has put into `not_before`."""
    if not_before:
        raise NotBefore(not_before[0])


fair_weather.gate = True  # type: ignore[attr-defined]
not_before: list[datetime] = []
