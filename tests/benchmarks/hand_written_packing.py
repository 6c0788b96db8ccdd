"""The limit of packing: the statements of the shop, sent by two processes that do nothing else.

The shop packs one batch while its statements are written down. Then two processes send the same
statements for other orders, each with its own names, numbers and tokens. PostgreSQL only.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROCESSES = 2
# Each table counts from a number of its own, so that an id in a statement tells whose it is.
FIRST_ID, APART = 1_500_000_000, 5_000_000
IDS = re.compile(r"\b[12]\d{9}\b")
DECLARED = re.compile(r"^DECLARE .*? FOR (?=SELECT)", re.DOTALL)
# Tokens and digests, which must be others for each order.
SECRETS = re.compile(r"'(?:\\x)?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f-]{16,})'")


def orders_a_second(environment: dict[str, str], number: int, size: int) -> float:
    """Replay the packing of about `number` orders, `size` at a time, by PROCESSES processes."""
    from tests.benchmarks.packing import packed, pending_orders

    count_ids_apart(size)
    examples = pending_orders(size, f"captured-{size}")
    statements, returned = capture()
    batches = max(1, number // size // PROCESSES)
    fresh = pending_orders(batches * size * PROCESSES, f"replayed-{size}")
    names = [[str(order.pk), order.order_hash, order.user_email] for order in examples]
    processes = []
    for place in range(PROCESSES):
        mine = fresh[place::PROCESSES]
        file = Path(environment["VAR_DIR"]) / f"replay-{place}.json"
        file.write_text(
            json.dumps(
                {
                    "statements": statements,
                    "returned": returned,
                    "names": names,
                    "orders": [[str(o.pk), o.order_hash, o.user_email] for o in mine],
                    "seed": place,
                }
            )
        )
        command = [sys.executable, "-m", __name__, str(file)]
        processes.append(
            subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
    for process in processes:
        assert process.stdout
        process.stdout.readline()  # it is ready
    begin = time.perf_counter()
    for process in processes:
        assert process.stdin
        process.stdin.close()
    if any(process.wait() for process in processes):
        raise RuntimeError("A replay failed.")
    seconds = time.perf_counter() - begin
    if packed(f"replayed-{size}-") != len(fresh):
        raise RuntimeError("The replay has not packed its orders.")
    return len(fresh) / seconds


def count_ids_apart(size: int) -> None:
    """Let each table's ids begin at a number that no other value has, and another for each size."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename FROM pg_sequences")
        for place, (schema, name) in enumerate(cursor.fetchall()):
            first = FIRST_ID + place * APART + size * (APART // 100)
            cursor.execute(f'ALTER SEQUENCE "{schema}"."{name}" RESTART WITH {first}')


def capture() -> tuple[list[str], dict[int, list[int]]]:
    """Have the shop pack what is due; its statements, and the ids that each of them returned."""
    from django.db import connection, reset_queries

    from shop.packing.dispatch import run_due

    returned: dict[int, list[int]] = {}

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.lstrip().startswith("INSERT") and "RETURNING" in sql:
            cursor = context["cursor"].cursor
            rows = cursor.fetchall()
            cursor.scroll(0, mode="absolute")
            returned[len(connection.queries_log)] = [row[0] for row in rows]
        return result

    # The log has the values of no statement that is prepared.
    database: Any = connection
    database.preparing_cursor = connection.cursor
    connection.force_debug_cursor = True
    reset_queries()
    try:
        with connection.execute_wrapper(note):
            run_due(lambda: None)
    finally:
        connection.force_debug_cursor = False
        del database.preparing_cursor
    # A hand would not declare a cursor for a few rows.
    statements = [DECLARED.sub("", entry["sql"]) for entry in connection.queries_log]
    return statements, returned


class Replay:
    """Sends the statements for one batch of orders after the other."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.statements: list[str] = given["statements"]
        self.returned = {int(place): ids for place, ids in given["returned"].items()}
        self.names: list[list[str]] = given["names"]
        self.orders: list[list[str]] = given["orders"]
        self.seed: int = given["seed"]

    def batches(self) -> list[list[str]]:
        """The statements of each batch, with its own names; ids come while they are sent."""
        size = len(self.names)
        prepared = []
        for number in range(len(self.orders) // size):
            mine = self.orders[number * size : (number + 1) * size]
            new = dict(
                pair
                for old, own in zip(self.names, mine, strict=True)
                for pair in zip(old, own, strict=True)
            )
            pattern = re.compile("|".join(map(re.escape, new)))
            mark = f"{self.seed}{number:05}"
            prepared.append([self._own(each, new, pattern, mark) for each in self.statements])
        return prepared

    def _own(self, statement: str, new: dict[str, str], pattern: re.Pattern[str], mark: str) -> str:
        named = pattern.sub(lambda found: new[found[0]], statement)
        known = set(new.values())

        def secret(found: re.Match[str]) -> str:
            value = found[1]
            return found[0] if value in known else found[0].replace(value, mark + value[6:])

        return SECRETS.sub(secret, named)

    def send(self, cursor: Any, statements: list[str]) -> None:
        """Send the statements of one batch."""
        ids: dict[str, str] = {}
        for place, statement in enumerate(statements):
            cursor.execute(IDS.sub(lambda found: ids.get(found[0], found[0]), statement))
            if cursor.description is not None:
                rows = cursor.fetchall()
                for old, row in zip(self.returned.get(place, []), rows, strict=False):
                    ids[str(old)] = str(row[0])


def main() -> None:
    """Prepare the statements, say so, and send them once standard input is closed."""
    import environ
    import psycopg

    settings = environ.Env().db_url("DATABASE_URL")
    replay = Replay(json.loads(Path(sys.argv[1]).read_text()))
    batches = replay.batches()
    address = f"host={settings['HOST'] or settings['OPTIONS']['host']} user={settings['USER']}"
    with psycopg.connect(f"{address} dbname={settings['NAME']}", autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        print("ready", flush=True)
        sys.stdin.read()
        for statements in batches:
            replay.send(cursor, statements)


if __name__ == "__main__":
    main()
