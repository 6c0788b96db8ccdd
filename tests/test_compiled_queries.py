"""A compiled query finds what its QuerySet finds, on both databases, without writing SQL again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.compiled_queries import CompiledQuery, Parameter
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_order, make_packed_order, make_user

pytestmark = pytest.mark.django_db

by_hash: CompiledQuery[Order] = CompiledQuery(
    lambda: (
        Order.objects.filter(order_hash=Parameter("order_hash"))
        .exclude(state="new")
        .select_related("product", "delivered_project__client", "member")
    )
)
some_columns: CompiledQuery[tuple[Any, ...]] = CompiledQuery(
    lambda: (
        Order.objects.filter(created_at__gt=Parameter("since"), state=Parameter("state"))
        .order_by("pk")
        .values_list("order_hash", "created_at", "complete", "product__code")
    )
)


def test_object_is_equal_in_each_field_to_that_of_the_queryset() -> None:
    make_order()
    order = make_packed_order()
    found = by_hash.first(order_hash=order.order_hash)
    assert found
    for field in Order._meta.concrete_fields:
        wanted = getattr(Order.objects.get(pk=order.pk), field.attname)
        assert getattr(found, field.attname) == wanted, field.name
    wanted_related = (order.product, order.member, order.delivered_client)
    with CaptureQueriesContext(connection) as queries:
        assert found.delivered_project
        client = found.delivered_project.client
        assert (found.product, found.member, client) == wanted_related
    assert not queries.captured_queries
    assert not found._state.adding


def test_related_object_that_is_missing_is_none() -> None:
    order = make_order()
    found = by_hash.first(order_hash=order.order_hash)
    assert found
    assert found.delivered_project is None


def test_values_are_converted_as_the_queryset_does() -> None:
    make_packed_order()
    order = make_order()
    since = timezone.now() - timedelta(minutes=5)
    wanted = [(order.order_hash, order.created_at, order.complete, order.product.code)]
    assert some_columns.all(since=since, state="pending") == wanted
    assert some_columns.all(since=datetime(2999, 1, 1, tzinfo=UTC), state="pending") == []


def test_second_use_makes_one_query_with_the_values_of_that_use() -> None:
    first, second = make_order(), make_order()
    assert by_hash.first(order_hash=first.order_hash) == first
    with CaptureQueriesContext(connection) as queries:
        assert by_hash.first(order_hash=second.order_hash) == second
        assert by_hash.first(order_hash="0" * 32) is None
    assert len(queries.captured_queries) == 2


def test_parameter_takes_whole_numbers_and_texts_with_signs_of_sql() -> None:
    by_name: CompiledQuery[User] = CompiledQuery(
        lambda: User.objects.filter(first_name=Parameter("name"), pk=Parameter("number"))
    )
    user = make_user(first_name="100 % O'Hara")
    assert by_name.first(name="100 % O'Hara", number=user.pk) == user
    assert by_name.first(name="100 % O'Hara", number=user.pk + 1) is None


def test_raw_rows_are_equal_as_long_as_nothing_changed_and_can_be_read_later() -> None:
    order = make_order()
    raw = by_hash.raw(order_hash=order.order_hash)
    assert raw == by_hash.raw(order_hash=order.order_hash)
    Order.objects.filter(pk=order.pk).update(user_first_name="Other")
    assert raw != by_hash.raw(order_hash=order.order_hash)
    with CaptureQueriesContext(connection) as queries:
        (read,) = by_hash.read(raw)
    assert not queries.captured_queries
    assert (read, read.user_first_name) == (order, order.user_first_name)


def test_value_that_is_missing_is_refused() -> None:
    with pytest.raises(KeyError):
        by_hash.all()
