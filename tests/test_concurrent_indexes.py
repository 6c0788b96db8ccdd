"""An index that is added beside running writes, also after a run that was interrupted."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Index

from shop.concurrent_indexes import AddIndexConcurrently

pytestmark = pytest.mark.django_db(transaction=True)


def test_index_is_there_after_each_of_two_runs() -> None:
    operation = AddIndexConcurrently("order", Index(fields=["tier_name"], name="order_twice"))
    before = MigrationLoader(connection).project_state()
    after = before.clone()
    operation.state_forwards("orders", after)
    for _run in range(2):
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("orders", editor, before, after)
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "orders_order")
        assert found["order_twice"]["columns"] == ["tier_name"]
