"""`python -m tests.benchmarks [web|growth|packing|idle]`: measure, and print tables.

On SQLite; on PostgreSQL with `python -m tests.postgres tests.benchmarks …`.
"""

import argparse
from importlib import import_module

from tests.benchmarks.bench_shop import production_shop

PARTS = ("web",)


def main() -> None:
    """Measure the parts that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, default="web")
    parser.add_argument("--only", default="", help="paths whose name begins like this")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each pass")
    parser.add_argument("--orders", type=int, default=1_000)
    options = parser.parse_args()
    with production_shop() as environment:
        # Only now: the parts need Django.
        module = import_module(f"tests.benchmarks.{options.part}")
        table = module.run(environment, options)
        database = "PostgreSQL" if "DATABASE_URL" in environment else "SQLite"
    print(f"\n{database}\n\n{table.markdown()}", flush=True)


if __name__ == "__main__":
    main()
