"""Kept numbers of orders that something made wrong are put right by the next `migrate`."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from shop.orders import order_counts
from shop.orders.models import Order
from shop.orders.open_orders import Owner, open_order
from shop.orders.order_count_triggers import TRIGGERS, create_missing_triggers, drop_triggers
from shop.orders.order_counts import OrderCount
from shop.orders.placing import Caller
from tests.factories import make_application, make_order, make_user
from tests.orders.test_order_counts import fold, kept, real

pytestmark = pytest.mark.django_db


def test_numbers_are_true_after_loaddata_and_the_next_migrate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_counts, "ENOUGH", 1)
    application = make_application()
    orders = [make_order(caller=Caller(application)) for _each in range(3)]
    fold()
    dump = str(tmp_path / "orders.json")
    call_command("dumpdata", "orders.order", "orders.ordercount", output=dump)
    Order.objects.filter(pk__in=[order.pk for order in orders]).delete()
    OrderCount.objects.all().delete()
    call_command("loaddata", dump, verbosity=0)
    # Each was counted as it was inserted, and its number was loaded besides.
    assert sum(kept().values()) == 6
    create_missing_triggers(using="default")
    assert kept() == real()
    assert sum(real().values()) == 3


def test_numbers_that_are_true_are_left_as_they_are() -> None:
    open_order(Owner())
    for caller in (Caller(make_application()), Caller(user=make_user()), Caller()):
        make_order(caller=caller)
    before = list(OrderCount.objects.values())
    assert len(before) == 4
    create_missing_triggers(using="default")
    assert list(OrderCount.objects.values()) == before


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no schemas")
def test_triggers_of_another_schema_are_not_taken_for_ours() -> None:
    drop_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA another")
        cursor.execute("CREATE TABLE another.orders_order (id integer)")
        for name in TRIGGERS:
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON another.orders_order FOR EACH ROW"
                " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
            )
    create_missing_triggers(using="default")
    make_order(caller=Caller(make_application()))
    assert kept() == real()
    assert len(real()) == 1
