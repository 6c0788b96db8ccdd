"""An index that is added or removed beside those who use the table, also in a second run."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Index
from django.test.utils import CaptureQueriesContext

from shop.concurrent_indexes import AddIndexConcurrently, RemoveIndexConcurrently
from shop.orders.models import Order
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 60  # seconds for another thread
ADD = AddIndexConcurrently("order", Index(fields=["tier_name"], name="order_twice"))
REMOVE = RemoveIndexConcurrently("order", "order_twice")


def run(operation: AddIndexConcurrently | RemoveIndexConcurrently) -> None:
    """Do what a migration with this operation does to the database."""
    without = MigrationLoader(connection).project_state()
    having = without.clone()
    ADD.state_forwards("orders", having)
    states = (without, having) if operation is ADD else (having, without)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("orders", editor, *states)


def indexes() -> list[str]:
    """The names of what there is of indexes and constraints."""
    with connection.cursor() as cursor:
        return list(connection.introspection.get_constraints(cursor, "orders_order"))


def test_index_is_there_after_each_of_two_runs() -> None:
    for _run in range(2):
        run(ADD)
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "orders_order")
        assert found["order_twice"]["columns"] == ["tier_name"]


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_index_is_built_with_patience_that_ends_with_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    with CaptureQueriesContext(connection) as queries:
        run(ADD)
    statements = [query["sql"] for query in queries]
    assert statements.index("SET lock_timeout = 0") < next(
        place for place, sql in enumerate(statements) if sql.startswith("CREATE INDEX CONCURRENTLY")
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("50ms",)
        cursor.execute("SET lock_timeout = DEFAULT")


def test_index_is_gone_after_each_of_two_runs() -> None:
    run(ADD)
    assert "order_twice" in indexes()
    for _run in range(2):
        run(REMOVE)
        assert "order_twice" not in indexes()


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_index_that_cannot_go_yet_holds_up_no_readers() -> None:
    run(ADD)
    has_read, may_end = Event(), Event()

    def back_up() -> None:
        with transaction.atomic():
            assert not Order.objects.exists()
            has_read.set()
            assert may_end.wait(PATIENCE)
        connection.close()

    def remove() -> None:
        run(REMOVE)
        connection.close()

    def is_removal_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DROP INDEX%'"
                " AND wait_event_type = 'Lock' AND datname = current_database()"
            )
            return bool(cursor.fetchall())

    with ThreadPoolExecutor(2) as threads:
        backup = threads.submit(back_up)
        assert has_read.wait(PATIENCE)
        removal = threads.submit(remove)
        assert wait_for(is_removal_waiting, 10)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout TO '1s'")
                cursor.execute("SELECT count(*) FROM orders_order")
        finally:
            may_end.set()
            backup.result(PATIENCE)
            removal.result(PATIENCE)
    assert "order_twice" not in indexes()
