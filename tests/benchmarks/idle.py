"""The cost of `make run` while nothing happens: processes, CPU, memory, and its second start."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from portal.accounts.management.commands.demo_data import PARTNER_TOKEN
from shop.orders.models import Order, State
from tests.benchmarks.bench_shop import ROOT, running
from tests.benchmarks.load_client import NUMBER, Call, Connection, Load, client
from tests.benchmarks.packing import wait_until
from tests.benchmarks.process_usage import Memory, cpu_seconds, family, memory
from tests.benchmarks.report import Table
from tests.benchmarks.web import database_processes
from tests.ports import free_port

START = 300.0  # seconds for the first page


@dataclass(frozen=True)
class Running:
    """The processes that `make run` has started, and the time until the first page was there."""

    pid: int
    port: int
    seconds: float
    cpu: float

    def processes(self) -> list[int]:
        """All of them, without the database's."""
        return family(self.pid)


def run(environment: dict[str, str], options: Namespace) -> Table:
    """Start it twice; watch it idle, then after orders, then after as many more."""
    table = Table(
        "Everything that `make run` starts",
        f"Idle for {options.idle:g} s; memory is the sum of PSS (USS) of all processes.",
        ["measured", "value", "reach"],
    )
    with make_run(environment):
        pass
    with make_run(environment) as shop:
        order(shop, 1)  # the worker runs
        settle(shop, options.settle)
        at_start = memory(shop.processes())
        number = len(shop.processes())
        idle = watch(shop, options.idle)
        after = [order(shop, options.placed) for _twice in range(2)]
    table.rows = [
        ["second start to the first page", f"{shop.seconds:.1f} s", "≤ 2 s"],
        ["CPU until then", f"{shop.cpu:.1f} s", "–"],
        ["processes", str(number), "≤ 12"],
        ["idle CPU, of one core", f"{idle[0]:.1f} %", "≤ 3 %"],
        ["idle CPU of the database's processes", f"{idle[1]:.1f} %", "–"],
        ["memory after the start", shown(at_start), "≤ 300 MB"],
        [f"memory after {options.placed:,} orders", shown(after[0]), "≤ 350 MB"],
        [f"memory after {options.placed:,} more", shown(after[1]), "as before"],
        [f"load average {os.getloadavg()[0]:.1f}", "", ""],
    ]
    return table


@contextmanager
def make_run(environment: dict[str, str]) -> Iterator[Running]:
    """Run what `make run` runs; the block begins with the first page."""
    port = free_port()
    own = {**environment, "PORT": str(port)}
    begin = time.monotonic()
    with running([sys.executable, str(ROOT / "manage.py"), "run"], own) as process:
        while not shows_page(port):
            if process.poll() is not None or time.monotonic() - begin > START:
                raise RuntimeError("`manage.py run` did not start.")
            time.sleep(0.01)
        seconds = time.monotonic() - begin
        yield Running(process.pid, port, seconds, cpu_seconds(family(process.pid)))


def shows_page(port: int) -> bool:
    """Tell whether the shop's first page is there."""
    with suppress(OSError):
        connection = Connection(port)
        try:
            return connection.ask(Call(port, "/").raw())[0] == 200
        finally:
            connection.socket.close()
    return False


def settle(shop: Running, seconds: float) -> None:
    """Wait until no process has started or ended for so many seconds."""
    known, since = shop.processes(), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.5)
        if (now := shop.processes()) != known:
            known, since = now, time.monotonic()


def watch(shop: Running, seconds: float) -> tuple[float, float]:
    """The CPU of the shop's and of the database's processes meanwhile, in percent of one core."""
    groups = shop.processes(), database_processes()
    before = [cpu_seconds(group) for group in groups]
    begin = time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - begin
    used = [cpu_seconds(group) - old for group, old in zip(groups, before, strict=True)]
    return 100 * used[0] / passed, 100 * used[1] / passed


def order(shop: Running, number: int) -> Memory:
    """Place so many orders and wait until they are packed; the memory then."""
    print(f"{number} orders", file=sys.stderr, flush=True)
    body = (
        '{"order":{"product":"s","client_name":"Client","project_name":"Project",'
        f'"user_email":"m{NUMBER}@example.com"}}}}'
    )
    headers = {"Authorization": f"Bearer {PARTNER_TOKEN}", "Content-Type": "application/json"}
    call = Call(shop.port, "/api/orders", "POST", headers, body, 201)
    with client() as driver:
        left = number
        while left:  # a busy disk makes the shop answer 503
            load = Load(call, connections=16, number=left, may_fail=True)
            left -= len(driver.send(load).placed)
    wait_until(lambda: not Order.objects.exclude(state=State.PACKED).exists())
    return memory(shop.processes())


def shown(used: Memory) -> str:
    """Megabytes."""
    return f"{used.pss:.0f} MB ({used.uss:.0f})"
