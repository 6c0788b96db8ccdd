"""Faults of the database: locks, long readers, lost connections, a full disk, a crash."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, LiteralString

import psycopg
from django.db import connection

from tests.faults.processes import End
from tests.postgres import Server

TABLES: tuple[LiteralString, ...] = ("orders_order", "packing_packing", "emails_message")
BALLAST = 2**20  # bytes written at once


def fill_disk(directory: Path) -> End:
    """Leave no byte free on the disk of `directory`."""
    ballast = directory / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * BALLAST)
    with suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    return ballast.unlink


def sqlite_faults(random: Random) -> dict[str, Callable[[], End]]:
    """The faults of the SQLite database by name."""

    def transaction(*statements: str) -> End:
        # Shared between threads: whoever ends the fault need not have begun it.
        held = sqlite3.connect(
            connection.settings_dict["NAME"],
            timeout=5,
            isolation_level=None,
            check_same_thread=False,
        )
        for statement in statements:
            held.execute(statement).fetchall()

        def end() -> None:
            with suppress(sqlite3.Error):
                held.execute("ROLLBACK")
            held.close()

        return end

    return {
        "write lock": lambda: transaction("BEGIN IMMEDIATE"),
        "long reader": lambda: transaction("BEGIN", "SELECT count(*) FROM orders_order"),
    }


def postgres_faults(server: Server, random: Random) -> dict[str, Callable[[], End]]:
    """The faults of the PostgreSQL server by name."""

    def connect() -> "psycopg.Connection[Any]":
        return psycopg.connect(f"host={server.home} user=shop dbname=postgres")

    def transaction(*statements: LiteralString) -> End:
        held = connect()
        held.execute("SET lock_timeout TO '5s'")
        for statement in statements:
            held.execute(statement)
        return held.close

    def backends() -> list[int]:
        with connect() as asking:
            rows = asking.execute(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()"
            )
            return [pid for (pid,) in rows.fetchall()]

    def send(sent: signal.Signals, undo: signal.Signals | None = None) -> End:
        pid = random.choice(backends())
        os.kill(pid, sent)

        def end() -> None:
            if undo:
                with suppress(ProcessLookupError):
                    os.kill(pid, undo)

        return end

    def terminate() -> End:
        with connect() as asking:
            asking.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        return lambda: None

    def crash() -> End:
        server.crash()
        return server.start

    table = random.choice(TABLES)
    return {
        "crash": crash,
        "connections cut": terminate,
        "backend killed": lambda: send(signal.SIGKILL),
        "backend frozen": lambda: send(signal.SIGSTOP, signal.SIGCONT),
        "table lock": lambda: transaction(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"),
        "row locks": lambda: transaction(
            "SELECT FROM orders_order ORDER BY id DESC LIMIT 50 FOR UPDATE"
        ),
        "long reader": lambda: transaction(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT count(*) FROM orders_order"
        ),
    }
