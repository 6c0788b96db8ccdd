"""Each path over HTTP, in turns with its limit: CPU time of a call, and calls a second."""

import base64
import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path as FilePath
from statistics import median
from typing import Any

from django.db import connection

from tests.benchmarks.bench_shop import web_server
from tests.benchmarks.limit_queries import QUERIES
from tests.benchmarks.load_client import Call, Client, Load, ask_once, client
from tests.benchmarks.process_usage import family, seconds_between, thread_times
from tests.benchmarks.report import Table
from tests.benchmarks.web_paths import Path, Prepared, prepare

FEW = 1_000  # orders
CONNECTIONS = (1, 16)
COLUMNS = [
    *("path", "shop", "limit", "ratio", "reach"),
    *("c=16: shop", "limit", "ratio"),
    *("calls/s, c=1: shop", "limit", "calls/s, c=16: shop", "limit", "ratio", "load"),
]
# The server adds them anyway.
NOT_REPEATED = {"Date", "Server", "Connection"}


@dataclass(frozen=True)
class Effort:
    """One pass: milliseconds of CPU for a call, of web and database processes, and calls a second."""

    cpu: float
    per_second: float


@dataclass(frozen=True)
class Pair:
    """The shop beside its limit: the medians of all passes, and of their ratios."""

    shop: Effort
    limit: Effort
    cpu_ratio: float
    rate_ratio: float


@dataclass(frozen=True)
class Server:
    """A web server and its processes."""

    pid: int
    port: int

    def thread_times(self) -> dict[int, int]:
        """CPU time of the server and of its database connections, if these are processes."""
        return thread_times([*family(self.pid), *database_processes()])


def database_processes() -> list[int]:
    """The processes that serve the connections to the database; none with SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        # Also of the database with few orders: only those that work count.
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        return [pid for (pid,) in cursor.fetchall()]


def measure(server: Server, driver: Client, load: Load) -> Effort:
    """One pass."""
    before = server.thread_times()
    answered = driver.send(load)
    used = seconds_between(before, server.thread_times())
    return Effort(1000 * used / len(answered.took), answered.per_second)


def call_of(path: Path, port: int) -> Call:
    """The request of a path."""
    return Call(port, path.target, path.method, path.headers, path.body, path.status)


def limit_call(path: Path, port: int) -> Call:
    """The request of its limit."""
    return Call(port, f"/{path.name}", path.method, path.headers, path.body, path.status)


def write_known(prepared: Prepared, port: int, file: FilePath) -> None:
    """Write down what the shop answers, and the rows, for the limit to read."""
    answers = {}
    for path in prepared.paths:
        if path.name in QUERIES:
            status, headers, body = ask_once(call_of(path, port))
            kept = {name: text for name, text in headers.items() if name not in NOT_REPEATED}
            text = base64.b64encode(body).decode()
            answers[path.name] = {"status": status, "headers": kept, "body": text}
    file.write_text(json.dumps({**prepared.known, "answers": answers}))


def check_limit(answers: dict[str, Any], prepared: Prepared, port: int) -> None:
    """Raise RuntimeError where the limit does not answer the shop's bytes."""
    for path in prepared.paths:
        if known := answers.get(path.name):
            status, _headers, body = ask_once(limit_call(path, port))
            if (status, body) != (known["status"], base64.b64decode(known["body"])):
                raise RuntimeError(f"{path.name}: the limit answers {status} {body[:200]!r}")


@contextmanager
def both_servers(
    prepared: Prepared, environment: dict[str, str]
) -> Iterator[tuple[Server, Server]]:
    """The shop's web server, and the limit's."""
    file = FilePath(environment["VAR_DIR"]) / "known.json"
    with web_server(environment) as shop:
        write_known(prepared, shop[1], file)
        application = "tests.benchmarks.limit:application"
        bare = {**environment, "BENCH_KNOWN": str(file)}
        bare.pop("DJANGO_SETTINGS_MODULE")
        with web_server(bare, application) as limit:
            check_limit(json.loads(file.read_text())["answers"], prepared, limit[1])
            yield Server(*shop), Server(*limit)


def compare(
    path: Path, servers: tuple[Server, Server], driver: Client, passes: int, seconds: float
) -> list[Pair]:
    """The path beside its limit, for each number of CONNECTIONS."""
    shop, limit = servers
    # Every thread compiles and connects before the first pass.
    for call in (call_of(path, shop.port), limit_call(path, limit.port)):
        driver.send(Load(call, connections=max(CONNECTIONS), seconds=seconds / 2))
    pairs = []
    for number in CONNECTIONS:
        loads = [
            Load(call, number, seconds)
            for call in (call_of(path, shop.port), limit_call(path, limit.port))
        ]
        found = [
            (measure(shop, driver, loads[0]), measure(limit, driver, loads[1]))
            for _pass in range(passes)
        ]
        pairs.append(_pair(found))
    return pairs


def _pair(found: list[tuple[Effort, Effort]]) -> Pair:
    def of(side: int) -> Effort:
        return Effort(
            median(each[side].cpu for each in found),
            median(each[side].per_second for each in found),
        )

    return Pair(
        of(0),
        of(1),
        median(shop.cpu / max(limit.cpu, 0.001) for shop, limit in found),
        median(shop.per_second / limit.per_second for shop, limit in found),
    )


def run(environment: dict[str, str], options: Namespace) -> Table:
    """Measure all paths, or those whose name begins with the option `only`."""
    table = Table(
        "Web paths",
        f"{options.orders:,} orders. CPU in milliseconds a call, of web and database processes; "
        f"medians of {options.passes} passes of {options.seconds} s.",
        COLUMNS,
    )
    prepared = prepare(options.orders)
    with client() as driver, both_servers(prepared, environment) as servers:
        for path in prepared.paths:
            if path.name in QUERIES and path.name.startswith(options.only):
                print(path.label, file=sys.stderr, flush=True)
                pairs = compare(path, servers, driver, options.passes, options.seconds)
                table.rows.append(_row(path, *pairs))
    return table


def _row(path: Path, one: Pair, many: Pair) -> list[str]:
    return [
        path.label,
        *(f"{one.shop.cpu:.2f}", f"{one.limit.cpu:.2f}", f"**{one.cpu_ratio:.2f}**"),
        f"≤ {path.reach:g}" if path.reach else "–",
        *(f"{many.shop.cpu:.2f}", f"{many.limit.cpu:.2f}", f"{many.cpu_ratio:.2f}"),
        *(f"{one.shop.per_second:.0f}", f"{one.limit.per_second:.0f}"),
        *(f"{many.shop.per_second:.0f}", f"{many.limit.per_second:.0f}", f"{many.rate_ratio:.2f}"),
        f"{os.getloadavg()[0]:.1f}",
    ]
