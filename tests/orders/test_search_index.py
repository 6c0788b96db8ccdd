"""The words by which orders are found follow each change of what they are made of."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from shop.orders.cancellation import expire_incomplete
from shop.orders.corrections import correct, readdress
from shop.orders.member_orders import invite
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, State
from shop.orders.search import search
from shop.orders.search_index import reindex, reindex_changed, words_of
from shop.tenancy.erasure import erase_user
from shop.tenancy.joining import NewMember, join_as_new
from shop.tenancy.models import User
from tests.factories import bystander, make_bare_order, make_order, make_packed_order, make_project

pytestmark = pytest.mark.django_db


def found(text: str) -> set[int]:
    return set(search(text).pks)


def filled_in() -> Order:
    order = make_bare_order()
    assert fill_in(order, {"client_name": "Newfilm", "user_last_name": "Newname"})
    return order


def corrected() -> Order:
    order = make_order(client_name="Oldfilm")
    Order.objects.filter(pk=order.pk).update(state=State.HAS_PACKING_ERRORS)
    order.refresh_from_db()
    assert correct(order, {"client_name": "Newfilm"}, actor=None)
    return order


def readdressed() -> Order:
    order = make_packed_order(user_email="oldfilm@gmx.com")
    assert readdress(order, "newfilm@gmx.com", actor=None)
    return order


def client_renamed() -> Order:
    order = make_packed_order(client_name="Oldfilm")
    Order.objects.filter(pk=order.pk).update(client_name=None)
    assert order.delivered_client
    order.delivered_client.name = "Newfilm"
    order.delivered_client.save()
    return order


def project_renamed_that_is_to_be_added_to() -> Order:
    project = make_project("l", name="Oldfilm")
    admin = project.client.client_admin
    order = invite(project, admin, {"user_email": "nina@gmx.com", "language": "en"})
    project.name = "Newfilm"
    project.save(update_fields=["name"])
    return order


def member_named() -> Order:
    order = make_packed_order(user_last_name=None, user_login="oldfilm")
    Order.objects.filter(pk=order.pk).update(user_login=None)
    assert order.invitation
    new = NewMember("x", "Nora", "Newfilm", "nora", "en", terms=None)
    assert join_as_new(order.invitation, new)
    return order


CHANGES: list[Callable[[], Order]] = [
    filled_in,
    corrected,
    readdressed,
    client_renamed,
    project_renamed_that_is_to_be_added_to,
    member_named,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_words_follow_the_change(change: Callable[[], Order]) -> None:
    with bystander():
        order = change()
    order = Order.objects.select_related("delivered_client", "delivered_project", "member").get(
        pk=order.pk
    )
    assert found("newfilm") == {order.pk}
    assert found("oldfilm") == set()
    assert {bytes(word.word) for word in order.search_words.all()} == words_of(order)


def test_erased_person_is_no_longer_found() -> None:
    with bystander():
        order = make_packed_order(user_first_name="Quinn", user_email="quinn@gmx.com")
        project = make_project()
        assert order.delivered_client
        assert order.member
        User.objects.filter(pk=order.member.pk).update(is_active=True, is_staff=False)
        order.delivered_client.client_admin = project.client.client_admin
        order.delivered_client.save()
        assert found("quinn") == found("quinn@gmx.com") == {order.pk}
        erase_user(order.member)
        assert found("quinn") == found("quinn@gmx.com") == set()
        assert found("constantin") == {order.pk}


def test_expired_order_is_found_by_its_number_alone() -> None:
    order = make_bare_order(client_name="Quartz Film")
    Order.objects.update(created_at=timezone.now() - timedelta(days=61))
    assert found("quartz") == {order.pk}
    expire_incomplete(lambda: None)
    assert found("quartz") == set()
    assert found(order.order_number or "") == {order.pk}


def test_change_that_was_missed_is_found_within_the_hour() -> None:
    order, old = make_order(), make_order()
    for each in (order, old):
        Order.objects.filter(pk=each.pk).update(client_name="Newfilm", updated_at=timezone.now())
    Order.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(hours=3))
    assert found("newfilm") == set()
    reindex_changed(lambda: None)
    assert found("newfilm") == {order.pk}


def test_migration_numbers_orders_that_were_there_and_makes_them_found() -> None:
    migration = import_module("shop.orders.migrations.0005_fill_order_numbers")
    project = make_project("l", name="Quartz")
    admin = project.client.client_admin
    orders = [
        make_packed_order(user_first_name="Zoë"),
        make_bare_order(),
        invite(project, admin, {"user_email": "nina@gmx.com", "language": "en"}),
    ]
    kept = orders[1].order_number
    Order.objects.exclude(pk=orders[1].pk).update(order_number=None)
    for order in orders:
        order.search_words.all().delete()
    migration.fill(apps, None)
    numbers = set(Order.objects.values_list("order_number", flat=True))
    assert len(numbers) == 3
    assert None not in numbers
    assert kept in numbers
    for order in Order.objects.select_related("delivered_client", "delivered_project", "member"):
        assert {bytes(word.word) for word in order.search_words.all()} == words_of(order)
    assert found("quartz") == {orders[2].pk}


@pytest.mark.parametrize("table", ["orders_searchword", "orders_order"])
def test_words_of_an_order_that_changes_while_they_are_written_are_the_new_ones(
    table: str,
) -> None:
    order = make_order(client_name="Oldfilm")
    changed: list[Order] = []

    def change_first(execute: Callable[..., object], sql: str, *arguments: object) -> object:
        """Let somebody else be faster: just before the words, or just before the order is read."""
        if not changed and sql.startswith("SELECT") and f'FROM "{table}"' in sql:
            changed.append(order)
            Order.objects.filter(pk=order.pk).update(client_name="Newfilm")
            reindex(Order.objects.filter(pk=order.pk))
        return execute(sql, *arguments)

    with connection.execute_wrapper(change_first):
        reindex(Order.objects.filter(pk=order.pk))
    assert changed
    assert (found("Newfilm"), found("Oldfilm")) == ({order.pk}, set())
