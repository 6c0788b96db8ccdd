"""Row locks: an UPDATE that changes nothing; tests named `parallel` show that it waits."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shop.orders.models import Order
from shop.row_locks import lock_rows, row_lock
from shop.tenancy.models import Client, Project, User
from tests.factories import make_client, make_order, make_project, make_user

pytestmark = pytest.mark.django_db


def test_locked_rows_are_counted_and_stay_as_they_are() -> None:
    client, other = make_client(name="Kran"), make_client()
    before = list(Client.objects.order_by("pk").values())
    with transaction.atomic():
        assert lock_rows(Client.objects.filter(pk__in=[client.pk, other.pk])) == 2
        assert lock_rows(Client.objects.filter(pk=client.pk, name="Kran")) == 1
        assert lock_rows(Client.objects.filter(pk=client.pk, name="Gone")) == 0
    assert list(Client.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("model", "make"),
    [(User, make_user), (Client, make_client), (Project, make_project), (Order, make_order)],
)
def test_lock_is_one_update_of_a_column_without_a_unique_index(model: type, make: type) -> None:
    make()
    with CaptureQueriesContext(connection) as queries:
        lock_rows(model.objects.all())  # type: ignore[attr-defined]
    [query] = queries
    column = query["sql"].split(" SET ")[1].split(" = ")[0].strip('"')
    [field] = [each for each in model._meta.fields if each.column == column]  # type: ignore[attr-defined]
    assert not field.unique


def test_compiled_lock_is_the_same_update() -> None:
    project, other = make_project(), make_project()
    before = list(Project.objects.order_by("pk").values())
    lock = row_lock(Project, "pk", "name")
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        lock_rows(Project.objects.filter(pk=project.pk, name=project.name))
        assert lock.run(pk=project.pk, name=project.name) == 1
        assert lock.run(pk=other.pk, name="Gone") == 0
    changed = {query["sql"].partition(" WHERE ")[0] for query in queries}
    assert changed == {'UPDATE "tenancy_project" SET "client_id" = "tenancy_project"."client_id"'}
    assert list(Project.objects.order_by("pk").values()) == before
