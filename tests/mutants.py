"""`python -m tests.mutants`: changes the heart's code a little, and counts what no test notices.

A sample of mutants of each room, drawn by MUTANTS_SEED, as many as MUTANTS_PER_ROOM; each runs
against the tests that reach its function. Prints a table, then each survivor as a diff. Ends with
an error where fewer than KILLED of them were noticed.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOMS = ("shop/orders", "shop/packing", "shop/tenancy", "shop/notifications", "shop/open_order")
KILLED = 0.92
SEED = int(os.environ.get("MUTANTS_SEED") or 1)
PER_ROOM = int(os.environ.get("MUTANTS_PER_ROOM") or 40)
MUTANTS = Path("mutants")  # mutmut's working directory
# mutmut's exit codes: a test failed, or never came to an end.
NOTICED = {1, 3, 24, 36, 152, 255, -24}
MUTMUT = (Path(sys.executable).with_name("mutmut"), "run", "--max-children")


def mutants_of(room: str) -> dict[str, int | None]:
    """The mutants of a room by their names, with how their tests ended."""
    found: dict[str, int | None] = {}
    for path in sorted((MUTANTS / room).rglob("*.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def draw() -> dict[str, list[str]]:
    """The sample: names of mutants by room."""
    dice = random.Random(SEED)
    drawn = {}
    for room in ROOMS:
        names = sorted(mutants_of(room))
        drawn[room] = dice.sample(names, min(PER_ROOM, len(names)))
    return drawn


def mutmut(*names: str) -> None:
    """Run mutants, one at a time: each run of the tests has a database, all in one place."""
    subprocess.run([*MUTMUT, "1", *names], check=True)


def main() -> int:
    """Make the mutants, run a sample, print what came of it."""
    # One function, so that all mutants are made and mutmut learns which tests reach what.
    mutmut("shop.orders.states.x_transition*")
    drawn = draw()
    mutmut(*(name for names in drawn.values() for name in names))
    noticed, survivors = Counter[str](), []
    for room, names in drawn.items():
        codes = mutants_of(room)
        for name in names:
            if codes[name] in NOTICED:
                noticed[room] += 1
            else:
                survivors.append(name)
    for name in survivors:
        subprocess.run([MUTMUT[0], "show", name], check=True)
    total = sum(map(len, drawn.values()))
    print(f"\n{'room':24}mutants  noticed")
    for room, names in drawn.items():
        print(f"{room:24}{len(names):7}{noticed[room]:9}{noticed[room] / len(names):8.0%}")
    print(f"{'all':24}{total:7}{noticed.total():9}{noticed.total() / total:8.0%}")
    return int(noticed.total() < KILLED * total)


if __name__ == "__main__":
    sys.exit(main())
