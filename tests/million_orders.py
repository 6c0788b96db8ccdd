"""Statistics of a million orders: databases then plan as if there were so many.

A few thousand rows are analysed; then the number of rows in each of their tables is
raised in the statistics. What is rare stays as rare as it is.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from shop.orders.models import Order
from tests.backoffice.plans import Statement

MILLION = 1_000_000
# Tables that grow with the orders, and that are forged or filled by tests.
GROWING = (
    "orders_order", "orders_orderevent", "orders_searchword", "orders_basket", "orders_ordercount",
    "packing_packing", "packing_attemptrecord", "tenancy_client", "tenancy_project", "tenancy_user",
    "tenancy_nameword", "allauth_idp_oidc_token",
)  # fmt: skip
FEW_ROWS = ("_to_fold", "user_staff")  # partial indexes: to read the whole of one is quick
MOST_SORTED = 2000  # rows, by the planner's estimate


def believe_a_million() -> None:
    """Analyse what is there, and raise the numbers of rows so that there are a million orders."""
    factor = MILLION // Order.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            _raise_sqlite(cursor, factor)
        else:
            # The planner takes the rows a page from here, and the pages from the file.
            cursor.execute(
                "UPDATE pg_class SET reltuples = reltuples * %s WHERE oid IN ("
                "SELECT oid FROM pg_class WHERE relname = ANY(%s) UNION SELECT indexrelid "
                "FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class WHERE relname = ANY(%s)))",
                [factor, list(GROWING), list(GROWING)],
            )


def _raise_sqlite(cursor: Any, factor: int) -> None:
    cursor.execute("SELECT rowid, tbl, stat FROM sqlite_stat1")
    for rowid, table, stat in cursor.fetchall():
        if table not in GROWING:
            continue
        total, *averages = stat.split(" ")
        # Of values that many rows share, each has more of them; others are as rare as before.
        more = [n if not n.isdecimal() or int(n) < 20 else int(n) * factor for n in averages]
        raised = " ".join(str(each) for each in (int(total) * factor, *more))
        cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE rowid = %s", [raised, rowid])
    cursor.execute("ANALYZE sqlite_schema")  # reads them


def slow_parts(asked: list[Statement]) -> list[str]:
    """Those of the statements that read a whole growing table or sort many rows, with the part."""
    parts = _sqlite_parts if connection.vendor == "sqlite" else _postgres_parts
    return [
        f"{part}: {sql} {params}"[:2000]
        for sql, params in asked
        if any(f'"{table}"' in sql for table in GROWING)
        for part in parts(sql, params)
    ]


def _sqlite_parts(sql: str, params: Any) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        for *_ids, detail in cursor.fetchall():
            words = detail.split(" ")
            # From the newest row on, until a page is full.
            rest = sql.rpartition(f'FROM "{words[1]}"')[2]
            is_walk = f'ORDER BY "{words[1]}"."id" DESC LIMIT' in rest and "WHERE" not in rest
            is_small = is_walk or any(few in detail for few in FEW_ROWS)
            if words[0] == "SCAN" and words[1] in GROWING and not is_small:
                yield detail


def sorts(asked: list[Statement]) -> list[str]:
    """Those of the statements for which the database sorts more than it reads in order."""
    found = []
    for sql, params in asked:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                plan = [row[3] for row in cursor.fetchall()]
                found += [f"{each}: {sql} {params}" for each in plan if "TEMP B-TREE" in each]
            else:
                names = {node["Node Type"] for node in _nodes(_plan(cursor, sql, params))}
                found += [f"{each}: {sql} {params}" for each in names if "Sort" in each]
    return found


def _postgres_parts(sql: str, params: Any) -> Iterator[str]:
    with connection.cursor() as cursor:
        plan = _plan(cursor, sql, params)
    for node in _nodes(plan):
        kind, rows = node["Node Type"], node["Plan Rows"]
        if kind == "Seq Scan" and node["Relation Name"] in GROWING:
            yield f"{kind} of {node['Relation Name']}"
        if kind == "Sort" and rows > MOST_SORTED:
            yield f"{kind} of {rows} rows"


def _plan(cursor: Any, sql: str, params: Any) -> dict[str, Any]:
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
    [[plan]] = cursor.fetchall()
    found: dict[str, Any] = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return found


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", []):
        yield from _nodes(each)
