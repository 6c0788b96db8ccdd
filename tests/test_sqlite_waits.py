"""A writer that waits on SQLite gets in as soon as nobody else writes, or gives up in time."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from shop.access.buckets import Charge, charge_row
from shop.access.models import RateLimitBucket
from shop.orders.models import Order
from tests.factories import make_order
from tests.waiting import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.once,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="about SQLite"),
]


@contextmanager
def another_writer() -> Iterator[sqlite3.Connection]:
    """Another process that writes until the block ends."""
    name = connection.settings_dict["NAME"]
    with closing(
        sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def busy_timeout() -> Any:
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def update() -> None:
    Order.objects.update(tier_name="written")


def update_in_a_transaction() -> None:
    with transaction.atomic():
        update()


def count_a_call() -> None:
    """As calls of the API are counted, by SQL that is laid out on several lines."""
    charge_row(Charge("key", now=1.0, cost=1.0, room=10.0))


@pytest.mark.parametrize("write", [update, update_in_a_transaction, count_a_call])
def test_write_waits_for_another_writer(
    write: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr("shop.databases.sqlite.base.sleep", asked.append)
    make_order()
    ended: list[bool] = []

    def work() -> None:
        try:
            write()
            ended.append(busy_timeout() == 20_000)
        finally:
            connection.close()

    with another_writer() as other:
        thread = threading.Thread(target=work)
        thread.start()
        assert wait_for(lambda: len(asked) > 3, 10)
        assert ended == []
        other.execute("COMMIT")
        thread.join(20)
    assert ended == [True]
    assert max(asked) <= 0.004
    written = Order.objects.filter(tier_name="written").exists()
    assert written or RateLimitBucket.objects.filter(key="key").exists()


def test_write_gives_up_when_the_time_is_over() -> None:
    order = make_order()
    with another_writer():
        connection.cursor().execute("PRAGMA busy_timeout = 50")
        try:
            with pytest.raises(OperationalError, match="database is locked"):
                Order.objects.filter(pk=order.pk).update(tier_name="written")
            assert busy_timeout() == 50
        finally:
            connection.close()
    assert busy_timeout() == 20_000
    order.refresh_from_db()
    assert order.tier_name == "S"


def test_reading_does_not_wait() -> None:
    make_order()
    with another_writer():
        assert Order.objects.count() == 1


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY])
def test_write_waits_also_where_sqlite_tells_more_exactly_why_it_is_busy(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old versions of SQLite say so between two writers, all of them while a crash is mended."""
    make_order()
    errors = [sqlite3.OperationalError("database is locked")]
    errors[0].sqlite_errorcode = code
    execute = SQLiteCursorWrapper.execute

    def busy_once(cursor: Any, query: str, params: Any = None) -> Any:
        if query.startswith("UPDATE") and errors:
            raise errors.pop()
        return execute(cursor, query, params)

    monkeypatch.setattr(SQLiteCursorWrapper, "execute", busy_once)
    assert Order.objects.update(tier_name="written") == 1
    assert errors == []
