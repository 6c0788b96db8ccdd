"""Faults of the database: locks, long readers, lost connections, a full disk, a crash."""

import os
import signal
import sqlite3
import time
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
OTHERS: LiteralString = (
    "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
PATIENCE = 60.0  # seconds to wait for room on the disk
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


def sqlite_faults() -> dict[str, Callable[[], End]]:
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


class Postgres:
    """The faults of a PostgreSQL server."""

    def __init__(self, server: Server, random: Random) -> None:
        self.server = server
        self.random = random

    def faults(self) -> dict[str, Callable[[], End]]:
        """The faults by name."""
        return {
            "crash": self.crash,
            "connections cut": self.cut,
            "backend killed": lambda: self.signal_one(signal.SIGKILL),
            "backend frozen": lambda: self.signal_one(signal.SIGSTOP, signal.SIGCONT),
            "table lock": self.lock_table,
            "row locks": lambda: self.transaction(
                "SELECT FROM orders_order ORDER BY id DESC LIMIT 50 FOR UPDATE"
            ),
            "long reader": lambda: self.transaction(
                "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "SELECT count(*) FROM orders_order",
            ),
        }

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection of the storm's own."""
        return psycopg.connect(f"host={self.server.home} user=shop dbname=postgres")

    def transaction(self, *statements: LiteralString) -> End:
        """Leave a transaction open."""
        held = self.connect()
        held.execute("SET lock_timeout TO '5s'")
        for statement in statements:
            held.execute(statement)
        return held.close

    def lock_table(self) -> End:
        """Lock one of the tables that everything needs."""
        table = self.random.choice(TABLES)
        return self.transaction(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

    def signal_one(self, sent: signal.Signals, undo: signal.Signals | None = None) -> End:
        """Send a signal to one of the server's processes that serve a connection."""
        with self.connect() as asking:
            rows = asking.execute(f"SELECT pid {OTHERS}").fetchall()
        pid = self.random.choice([pid for (pid,) in rows])
        os.kill(pid, sent)

        def end() -> None:
            if undo:
                with suppress(ProcessLookupError):
                    os.kill(pid, undo)

        return end

    def cut(self) -> End:
        """End all connections."""
        with self.connect() as asking:
            asking.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
        return lambda: None

    def crash(self) -> End:
        """Have the server die; it comes back at the end."""
        with suppress(SystemExit):  # a backend was killed at this moment
            self.server.crash()
        return self.start

    def start(self) -> None:
        """Start the server, again and again while another fault fills its disk."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.server.start()
            except SystemExit:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                return
