"""Who waits for another writer on SQLite gets in as soon as nobody writes, or gives up in time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

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


@pytest.mark.parametrize("in_transaction", [True, False])
def test_write_waits_for_another_writer(
    in_transaction: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    monkeypatch.setattr("shop.databases.sqlite.base.sleep", asked.append)
    order = make_order()
    ended: list[bool] = []

    def write() -> None:
        try:
            rows = Order.objects.filter(pk=order.pk)
            if in_transaction:
                with transaction.atomic():
                    rows.update(tier_name="written")
            else:
                rows.update(tier_name="written")
            ended.append(busy_timeout() == 20_000)
        finally:
            connection.close()

    with another_writer() as other:
        thread = threading.Thread(target=write)
        thread.start()
        assert wait_for(lambda: len(asked) > 3, 10)
        assert ended == []
        other.execute("COMMIT")
        thread.join(20)
    assert ended == [True]
    assert max(asked) <= 0.004
    order.refresh_from_db()
    assert order.tier_name == "written"


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
