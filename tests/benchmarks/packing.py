"""Orders packed a second from a backlog, and the wait for it at a steady rate."""

import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from statistics import median, quantiles

from django.db import connection

from shop.access.applications import create_application
from shop.access.tokens import issue
from shop.catalogue.models import Product
from shop.orders.models import Order, OrderEvent, State
from shop.packing.dispatch import BATCH
from shop.worker.management.commands import run as run_command
from shop.worker.wake_up import wake
from tests.benchmarks import hand_written_packing
from tests.benchmarks.bench_shop import running, web_server
from tests.benchmarks.load_client import NUMBER, Answered, Call, Load, client
from tests.benchmarks.process_usage import cpu_seconds, family
from tests.benchmarks.report import Table

TOKEN = "a-token-of-the-benchmarks"
PATIENCE = 3600.0  # seconds for the worker to start, and for orders to be packed
RATE = 50.0  # orders a second


def run(environment: dict[str, str], options: Namespace) -> Table:
    """Measure a backlog, then orders that come in at RATE."""
    table = Table(
        "Packing",
        f"A backlog of {options.backlog:,} orders, two packing processes; then {RATE:.0f} orders a "
        f"second for {options.arrivals:g} s by `POST /api/orders`, with the web server and the "
        "whole worker. Absolute values count for a quiet two-core machine.",
        ["measured", "value", "reach"],
    )
    with running(run_command.worker(), environment) as worker:
        pending_orders(1, "first")
        wait_until(lambda: packed("first") == 1)
        rate, cpu = pack_backlog(worker.pid, options.backlog)
        rows = [
            ["packed orders a second", f"{rate:.0f}", "≥ 200 (SQLite)"],
            ["CPU of the whole worker, ms an order", f"{cpu:.1f}", "–"],
        ]
        load = [f"load average {os.getloadavg()[0]:.1f}"]
        with web_server(environment) as (_pid, port):
            arrivals = arrive(port, options.arrivals)
    if connection.vendor == "postgresql":
        for place, (told, size) in enumerate((("each order", 1), (f"{BATCH} orders", BATCH))):
            by_hand = hand_written_packing.orders_a_second(environment, options.backlog, size)
            text = f"the same SQL in a loop by hand, that commits {told}: orders a second; ratio"
            value = f"{by_hand:.0f}; **{rate / by_hand:.2f}**"
            rows.insert(1 + place, [text, value, "≥ 0.5" if size == 1 else "–"])
    load.append(f"{os.getloadavg()[0]:.1f}")
    table.rows = [*rows, *arrivals, [", then ".join(load), "", ""]]
    return table


def pack_backlog(worker: int, number: int) -> tuple[float, float]:
    """Let the worker pack `number` orders; orders a second, and milliseconds of CPU of one."""
    before = cpu_seconds(family(worker))
    pending_orders(number, "backlog")
    wake("packing")
    wait_until(lambda: packed("backlog") == number)
    ours = OrderEvent.objects.filter(order__user_email__startswith="backlog")
    times = ours.order_by("at").values_list("at", flat=True)
    first = times.filter(state=State.PACKING)[0]
    last = times.filter(state=State.PACKED).reverse()[0]
    # The mails follow.
    time.sleep(1)
    used = cpu_seconds(family(worker)) - before
    return number / (last - first).total_seconds(), 1000 * used / number


def packed(name: str) -> int:
    """Count those of the `pending_orders` that are packed."""
    return Order.objects.filter(state=State.PACKED, user_email__startswith=name).count()


def pending_orders(number: int, name: str) -> list[Order]:
    """Write orders that are due, each for a client and a member of its own."""
    product = Product.objects.get(code="s")
    orders = [
        Order(
            state=State.PENDING,
            complete=True,
            product=product,
            tier_name=product.name,
            currency="EUR",
            client_name=f"Client {name} {each}",
            project_name=f"Project {name} {each}",
            user_email=f"{name}-{each:06}@example.com",
        )
        for each in range(number)
    ]
    print(f"{number} orders are due", file=sys.stderr, flush=True)
    return Order.objects.bulk_create(orders, batch_size=500)


def arrive(port: int, seconds: float) -> list[list[str]]:
    """Place orders at RATE, and see how soon each is packed."""
    application, _secret = create_application("Benchmark")
    issue("Benchmark", holder=application, value=TOKEN)
    document = {
        "product": "s",
        "client_name": f"Client {NUMBER}",
        "project_name": "Project",
        "user_email": f"m{NUMBER}@example.com",
    }
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    body = json.dumps({"order": document})
    call = Call(port, "/api/orders", "POST", headers, body, 201)
    with client() as driver:
        driver.send(Load(call, connections=16, number=16))
        print(f"{RATE:.0f} orders a second", file=sys.stderr, flush=True)
        driver.begin(Load(call, connections=16, rate=RATE, seconds=seconds, may_fail=True))
        seen: dict[str, float] = {}
        while not driver.has_answered():
            look(seen)
        answered = driver.end()
    wait_until(lambda: look(seen) >= answered.placed.keys())
    return _latencies(answered, seen)


def look(seen: dict[str, float]) -> set[str]:
    """Note the orders that are packed, and since when that can be seen."""
    time.sleep(0.02)
    placed = Order.objects.exclude(application=None).filter(state=State.PACKED)
    now_packed = placed.values_list("order_hash", flat=True)
    for order_hash in now_packed:
        seen.setdefault(order_hash, time.time())
    return set(seen)


def _latencies(answered: Answered, seen: dict[str, float]) -> list[list[str]]:
    waits = [max(0.0, seen[order] - at) for order, at in answered.placed.items()]
    packed, posted = spread(waits), spread(answered.took)
    acknowledged = len(answered.placed) / answered.seconds
    return [
        ["orders acknowledged a second", f"{acknowledged:.1f}", f"{RATE:.0f}"],
        ["answers other than 201", str(answered.failed), "0"],
        ["acknowledged → packed, median", f"{packed[0]:.2f} s", "≤ 0.5 s"],
        ["the same, 95th percentile", f"{packed[1]:.2f} s", "≤ 2 s"],
        ["the same, longest", f"{packed[2]:.2f} s", "–"],
        ["`POST` meanwhile, median", f"{posted[0]:.3f} s", "–"],
        ["the same, 95th percentile", f"{posted[1]:.3f} s", "≤ 0.25 s"],
    ]


def spread(values: list[float]) -> tuple[float, float, float]:
    """The median, the 95th percentile and the maximum."""
    return median(values), quantiles(values, n=20)[-1], max(values)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition. Raises TimeoutError after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("It did not happen in time.")
        time.sleep(0.1)
