"""The check that a connection to PostgreSQL is still there, with a real server."""

import os
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from shop.databases.postgresql.base import TRUSTED_FOR

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
    """What Django does between two requests."""
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
