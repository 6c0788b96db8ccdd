"""The same calls with few orders and with many, in turns: what grows with the number of orders."""

import os
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path as FilePath
from statistics import median

from django.db import connection

from shop.access.models import Application
from shop.orders.order_counts import fold_counts
from tests.benchmarks.bench_shop import postgres_database, web_server
from tests.benchmarks.forged_orders import forge
from tests.benchmarks.load_client import Client, Load, client
from tests.benchmarks.report import Table
from tests.benchmarks.web import Server, call_of, measure
from tests.benchmarks.web_paths import Path, lists, prepare

GROWING = ("list-", "order-", "staff-", "fragment-204")
REACH = 1.3


def run(environment: dict[str, str], options: Namespace) -> Table:
    """Measure with few orders and with many, in two databases."""
    table = Table(
        "Growth",
        f"CPU in milliseconds a call, of web and database processes, with {options.orders:,} "
        f"orders of one application and with {options.many:,}; medians of {options.passes} passes.",
        ["path", f"{options.orders:,}", f"{options.many:,}", "ratio", "reach", "load"],
    )
    prepared = prepare(options.orders)
    with ExitStack() as stack:
        few = {**environment, "DATABASE_URL": stack.enter_context(copied_database(environment))}
        forge_more(options.many - options.orders)
        # Their addresses name a page and an order that depend on how many there are.
        longer = {path.name: path for path in lists(Application.objects.get())}
        driver = stack.enter_context(client())
        servers = (
            Server(*stack.enter_context(web_server(few))),
            Server(*stack.enter_context(web_server(environment))),
        )
        for path in prepared.paths:
            if path.name.startswith(GROWING) and path.name.startswith(options.only):
                print(path.label, file=sys.stderr, flush=True)
                pair = path, longer.get(path.name, path)
                table.rows.append(compare(pair, servers, driver, options))
    return table


@contextmanager
def copied_database(environment: dict[str, str]) -> Iterator[str]:
    """The URL of a copy of the database as it is now."""
    if connection.vendor == "sqlite":
        target = FilePath(environment["VAR_DIR"]) / "few.sqlite3"
        with closing(sqlite3.connect(target)) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        yield f"sqlite:///{target}"
        return
    connection.close()
    name = connection.settings_dict["NAME"]
    with postgres_database(environment["DATABASE_URL"], template=name) as url:
        yield url


def forge_more(number: int) -> None:
    """Forge further orders of the application, fold their counts, and let the database gather its statistics."""
    for done in forge(number, seed=2, application=Application.objects.get()):
        if done % 50_000 == 0:
            print(f"{done} orders", file=sys.stderr, flush=True)
    fold_counts(lambda: None)  # as the worker does, all along
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def compare(
    pair: tuple[Path, Path], servers: tuple[Server, Server], driver: Client, options: Namespace
) -> list[str]:
    """One row of the table."""
    loads = [
        Load(call_of(path, server.port), seconds=options.seconds)
        for path, server in zip(pair, servers, strict=True)
    ]
    for load in loads:  # every thread compiles and connects
        driver.send(Load(load.call, connections=16, seconds=options.seconds / 2))
    found = [
        [measure(server, driver, load).cpu for server, load in zip(servers, loads, strict=True)]
        for _pass in range(options.passes)
    ]
    few, many = (median(side) for side in zip(*found, strict=True))
    ratio = median(many / few for few, many in found)
    load_average = os.getloadavg()[0]
    return [
        *(pair[0].label, f"{few:.2f}", f"{many:.2f}", f"**{ratio:.2f}**"),
        *(f"≤ {REACH}", f"{load_average:.1f}"),
    ]
