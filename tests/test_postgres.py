"""Connections to PostgreSQL: the check that they are still there, and prepared statements."""

import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import (
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
    transaction,
)

from shop.compiled_queries import repeating_cursor
from shop.databases.postgresql import base
from shop.databases.postgresql.base import PREPARED_AFTER, TRUSTED_FOR
from tests.pooler import pooler

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        os.environ.get("TEST_DATABASE") != "postgres", reason="SQLite has no connections to lose"
    ),
]


@pytest.fixture
def server() -> Iterator["psycopg.Connection[Any]"]:
    """A connection of somebody else."""
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True) as other:
        yield other


def used() -> int:
    """Use the connection, and return the number of its process at the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def next_request() -> None:
    """Do as Django does between two requests."""
    connection.close_if_unusable_or_obsolete()


def last_query(server: "psycopg.Connection[Any]", pid: int) -> str:
    found = server.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone()
    assert found
    return str(found[0])


def end(server: "psycopg.Connection[Any]", pid: int) -> None:
    """End the process at the server, as a restart does, and wait until it is gone."""
    server.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


def idle(seconds: float) -> None:
    """As if the connection had not been used for so long."""
    vars(connections["default"])["used_at"] = time.monotonic() - seconds


@pytest.mark.parametrize("seconds", [0.0, 2 * TRUSTED_FOR])
def test_connection_that_the_server_has_ended_is_replaced(
    server: "psycopg.Connection[Any]", seconds: float
) -> None:
    pid = used()
    idle(seconds)
    end(server, pid)
    next_request()
    assert used() != pid


def cut() -> None:
    """Cut the connection without a word from the server, as a proxy does."""
    number = connections["default"].connection.fileno()
    with socket.socket(fileno=os.dup(number)) as ours:
        ours.shutdown(socket.SHUT_RDWR)


def test_transaction_on_a_connection_that_was_cut_fails_as_one_that_may_be_tried_again() -> None:
    pid = used()
    cut()
    with pytest.raises(OperationalError), transaction.atomic():
        pass
    next_request()
    assert used() != pid


def test_transaction_that_cannot_begin_leaves_no_connection_that_never_commits(
    column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "BEGIN", "BEGUN")
    with pytest.raises(ProgrammingError), transaction.atomic():
        pass
    monkeypatch.undo()
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("INSERT INTO changing VALUES ('b')")
    next_request()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO changing VALUES ('c')")
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], dbname=name) as other:
        assert other.execute("SELECT name FROM changing").fetchall() == [("a",), ("c",)]


def test_server_is_asked_only_after_a_pause(server: "psycopg.Connection[Any]") -> None:
    pid = used()
    next_request()
    connection.close_if_health_check_failed()
    assert last_query(server, pid) == "SELECT pg_backend_pid()"
    idle(2 * TRUSTED_FOR)
    next_request()
    connection.close_if_health_check_failed()
    assert last_query(server, pid) == "SELECT 1"
    assert used() == pid


@pytest.fixture
def column() -> Iterator[str]:
    """A query of a table with a column, whose type `change_column` changes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE changing (name varchar(10))")
        cursor.execute("INSERT INTO changing VALUES ('a')")
    yield "SELECT name FROM changing WHERE name = %s"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE changing")


def change_column() -> None:
    """Change the type of the column, as a migration does from another process."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["TEST_DATABASE_URL"], dbname=name, autocommit=True) as other:
        other.execute("ALTER TABLE changing ALTER name TYPE varchar(20)")


def repeat(sql: str, times: int = PREPARED_AFTER + 1) -> list[Any]:
    for _time in range(times):
        with repeating_cursor() as cursor:
            cursor.execute(sql, ["a"])
            found: list[Any] = cursor.fetchall()
    return found


def prepared() -> list[str]:
    """The statements that are prepared on our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [sql for (sql,) in cursor.fetchall()]


def test_repeated_statement_is_prepared_and_others_are_not(column: str) -> None:
    with connection.cursor() as cursor:
        for _time in range(2 * PREPARED_AFTER):
            cursor.execute(column, ["a"])
    repeat(column, PREPARED_AFTER)
    assert column.replace("%s", "$1") not in prepared()
    assert repeat(column, 1) == [("a",)]
    assert column.replace("%s", "$1") in prepared()


def test_prepared_statement_survives_a_column_that_changes(column: str) -> None:
    repeat(column)
    change_column()
    assert repeat(column, 1) == [("a",)]


def test_transaction_that_meets_a_changed_column_fails_once(column: str) -> None:
    repeat(column)
    change_column()
    with pytest.raises(NotSupportedError), transaction.atomic():
        repeat(column, 1)
    with transaction.atomic():
        assert repeat(column, 1) == [("a",)]


def test_behind_a_pooler_nothing_is_prepared_and_no_cursor_stays_open(column: str) -> None:
    database = connections["default"]
    with pooler(database.get_connection_params()) as through:
        behind: Any = database.copy()
        behind.settings_dict = {**database.settings_dict, **through}
        try:
            with behind.preparing_cursor() as cursor:
                for _time in range(2 * PREPARED_AFTER):
                    cursor.execute(column, ["a"])
                cursor.execute("SELECT count(*) FROM pg_prepared_statements")
                assert cursor.fetchall() == [(0,)]
            # What `iterator` goes by.
            assert behind.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
            assert not database.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
        finally:
            behind.close()
