"""`python -m tests.mutants`: changes the code of the main rooms, and counts what no test notices.

Draws MUTANTS_PER_ROOM changes (mutants) of each room by MUTANTS_SEED. Each meets the nearest tests
that reach its function, and then, if none of them notices it, many more. Prints each survivor as
a diff, then a table. Ends with an error if fewer than KILLED of the mutants were noticed.

mutmut changes neither decorated functions nor what runs at import, and the tests of whole
programs and in browsers do not take part.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

ROOMS = ("shop/orders", "shop/packing", "shop/tenancy", "shop/notifications", "shop/open_order")
KILLED = 0.92
NEAREST = (60, 600)  # tests of the first round, and of the second for those that survive it
SEED = int(os.environ.get("MUTANTS_SEED") or 1)
PER_ROOM = int(os.environ.get("MUTANTS_PER_ROOM") or 40)
MUTANTS = Path("mutants")  # mutmut's working directory
STATS = MUTANTS / "mutmut-stats.json"
# mutmut's exit codes: a test failed, or did not end in time.
NOTICED = {1, 3, 24, 36, 152, 255, -24}
MUTMUT = Path(sys.executable).with_name("mutmut")
# A function that few tests reach: running its mutants makes all others and learns what tests reach.
FIRST = "shop.tenancy.sessions.x_delete_expired_sessions*"


def mutants_of(room: str) -> dict[str, int | None]:
    """Map the names of a room's mutants to the exit codes of their tests."""
    found: dict[str, int | None] = {}
    for path in sorted((MUTANTS / room).rglob("*.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def draw() -> dict[str, list[str]]:
    """Draw the sample: names of mutants by room."""
    dice = random.Random(SEED)
    drawn = {}
    for room in ROOMS:
        names = sorted(mutants_of(room))
        drawn[room] = dice.sample(names, min(PER_ROOM, len(names)))
    return drawn


def keep_nearest_tests(stats: dict[str, Any], number: int) -> None:
    """Have mutmut run `number` tests at most for each function of `stats`, what it has learned.

    First those named after its module, then those of its room, then those that reach least else.
    """
    tests_of: dict[str, list[str]] = stats["tests_by_mangled_function_name"]
    reached = Counter(test for tests in tests_of.values() for test in tests)
    kept = {}
    for function, tests in tests_of.items():
        _, room, *_, module, _ = function.split(".")

        def distance(test: str, room: str = room, module: str = module) -> tuple[object, ...]:
            near = test.startswith((f"tests/{room}/", "tests/test_bystanders"))
            return f"test_{module}" not in test, not near, reached[test], test

        kept[function] = sorted(tests, key=distance)[:number]
    STATS.write_text(json.dumps(stats | {"tests_by_mangled_function_name": kept}))


def mutmut(*names: str) -> None:
    """Run mutants, one at a time: they share one database, made once."""
    settings = os.environ | {"PYTEST_ADDOPTS": "--reuse-db"}
    subprocess.run([MUTMUT, "run", "--max-children", "1", *names], check=True, env=settings)


def survivors(drawn: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return those of `drawn` that no test has noticed yet."""
    codes = {room: mutants_of(room) for room in drawn}
    return {
        room: [name for name in names if codes[room][name] not in NOTICED]
        for room, names in drawn.items()
    }


def report(drawn: dict[str, list[str]]) -> int:
    """Print the survivors and the table; 1 if too few mutants were noticed, else 0."""
    left = survivors(drawn)
    for name in chain(*left.values()):
        subprocess.run([MUTMUT, "show", name], check=True)
    noticed = {room: len(names) - len(left[room]) for room, names in drawn.items()}
    total, all_noticed = sum(map(len, drawn.values())), sum(noticed.values())
    print(f"\n{'room':24}mutants  noticed")
    for room, names in drawn.items():
        print(f"{room:24}{len(names):7}{noticed[room]:9}{noticed[room] / len(names):8.0%}")
    print(f"{'all':24}{total:7}{all_noticed:9}{all_noticed / total:8.0%}")
    return int(all_noticed < KILLED * total)


def main() -> int:
    """Make the mutants, run a sample, print the result."""
    began = monotonic()
    shutil.rmtree(MUTANTS, ignore_errors=True)  # may hold files that were renamed since
    mutmut(FIRST)
    stats, drawn = json.loads(STATS.read_text()), draw()
    for number in NEAREST:
        if left := list(chain(*survivors(drawn).values())):
            keep_nearest_tests(stats, number)
            mutmut(*left)
    missed = report(drawn)
    print(f"seed {SEED}, {(monotonic() - began) / 60:.0f} minutes")
    return missed


if __name__ == "__main__":
    sys.exit(main())
