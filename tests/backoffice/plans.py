"""Query plans: find the statements that scan a whole table."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

Statement = tuple[str, Any]


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """The queries that the block makes, each with its parameters apart."""
    asked: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield asked


def full_scans(asked: list[Statement], table: str = "orders_order") -> list[str]:
    """Those of the statements that read all of `table`, each with its plan."""
    reads = _sqlite_reads if connection.vendor == "sqlite" else _postgres_reads
    return [
        f"{plan}: {sql} {params}"[:2000]
        for sql, params in asked
        if f'"{table}"' in sql
        for plan in reads(sql, params, table)
    ]


def _sqlite_reads(sql: str, params: Any, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        details = [row[3] for row in cursor.fetchall()]
    return [each for each in details if each.startswith(f"SCAN {table}")]


def _postgres_reads(sql: str, params: Any, table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        [[plan]] = cursor.fetchall()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return [
        node["Node Type"]
        for node in _nodes(plan[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", []):
        yield from _nodes(each)
