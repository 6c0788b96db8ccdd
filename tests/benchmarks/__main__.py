"""`python -m tests.benchmarks`: measure everything, or one part, and print tables.

On SQLite; on PostgreSQL with `python -m tests.postgres tests.benchmarks`.
"""

import argparse
import os
import subprocess
import sys
from importlib import import_module

from tests.benchmarks.bench_shop import DEMO, django_with, production_shop
from tests.benchmarks.report import write

PARTS = ("web", "growth", "packing", "idle")


def main() -> None:
    """Measure the part that was asked for, or all, each in a process and a database of its own."""
    options = parser().parse_args()
    if options.part:
        measure(options)
        return
    tables = []
    for part in PARTS:
        command = [sys.executable, "-m", "tests.benchmarks", part, *sys.argv[1:]]
        done = subprocess.run(
            [each for each in command if each != "--write"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        print(done.stdout, flush=True)
        tables.append(done.stdout)
    if options.write:
        write("PostgreSQL" if os.environ.get("TEST_DATABASE_URL") else "SQLite", tables)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    made.add_argument("part", nargs="?", choices=PARTS, help="all, if none is named")
    made.add_argument("--only", default="", help="only paths whose name begins like this")
    made.add_argument("--passes", type=int, default=5)
    made.add_argument("--seconds", type=float, default=1.0, help="of each pass")
    made.add_argument("--orders", type=int, default=1_000)
    many = int(os.environ.get("BENCH_ORDERS", "1000000"))
    made.add_argument("--many", type=int, default=many, help="orders to grow to (BENCH_ORDERS)")
    made.add_argument("--backlog", type=int, default=2_000, help="orders to pack")
    made.add_argument("--arrivals", type=float, default=15, help="seconds of a steady rate")
    made.add_argument("--settle", type=float, default=20, help="seconds without a new process")
    made.add_argument("--idle", type=float, default=60, help="seconds to watch it")
    made.add_argument("--placed", type=int, default=10_000, help="orders between two readings")
    made.add_argument("--write", action="store_true", help="write the tables to the document")
    return made


def measure(options: argparse.Namespace) -> None:
    """Measure one part, and print its table."""
    with django_with(DEMO) if options.part == "idle" else production_shop() as environment:
        # Only now: the parts need Django.
        module = import_module(f"tests.benchmarks.{options.part}")
        print(module.run(environment, options).markdown())


if __name__ == "__main__":
    main()
