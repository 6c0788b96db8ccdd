"""A compiled query finds what its QuerySet finds, on both databases, without writing SQL again."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, IntegerField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.compiled_queries import CompiledQuery, CompiledUpdate, Parameter
from shop.orders.models import Order
from shop.packing.models import Packing
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


def test_uuid_is_given_as_the_database_takes_it() -> None:
    order, other = make_order(), make_order()
    token = uuid.uuid4()
    Packing.objects.create(order=order, lease_token=token)
    Packing.objects.create(order=other, lease_token=uuid.uuid4())
    by_token: CompiledQuery[tuple[int, uuid.UUID | None]] = CompiledQuery(
        lambda: Packing.objects.filter(lease_token=Parameter("token")).values_list(
            "pk", "lease_token"
        )
    )
    assert by_token.all(token=token) == [(order.pk, token)]


def test_count_is_given_as_a_tuple() -> None:
    make_packed_order()
    make_order()
    counted: CompiledQuery[tuple[int]] = CompiledQuery(
        lambda: (
            Order.objects.filter(state=Parameter("state"))
            .order_by()
            .values("state")
            .values_list(Count("pk"))
        )
    )
    assert counted.all(state="pending") == [(1,)]
    assert counted.all(state="cancelled") == []


def test_time_may_have_a_span_taken_off() -> None:
    changed: CompiledQuery[Order] = CompiledQuery(
        lambda: Order.objects.filter(updated_at__lte=Parameter("now") - timedelta(minutes=15))
    )
    order, other = make_order(), make_order()
    now = timezone.now()
    for each, minutes in ((order, 15), (other, 14)):
        Order.objects.filter(pk=each.pk).update(updated_at=now - timedelta(minutes=minutes))
    assert changed.all(now=now) == [order]
    assert changed.all(now=now - timedelta(seconds=1)) == []


def test_slice_is_given_at_each_call() -> None:
    orders = [make_order() for _each in range(4)]
    by_age: CompiledQuery[Order] = CompiledQuery(lambda: Order.objects.order_by("pk"), sliced=True)
    assert by_age.all(limit=2, offset=1) == orders[1:3]
    assert by_age.all(limit=9, offset=3) == orders[3:]


def test_update_changes_its_rows_alone_and_counts_them() -> None:
    orders = [make_order() for _ in range(3)]
    before = Order.objects.values().get(pk=orders[2].pk)
    update = CompiledUpdate(
        lambda: Order.objects.filter(pk=Parameter("pk"), state="pending"),
        net_cents=F("net_cents") + Parameter("more", IntegerField()),
        packing_began_at=Parameter("now"),
        member_id=Parameter("member"),
    )
    now, member = timezone.now(), make_user()
    for order in orders[:2]:
        assert update.run(pk=order.pk, more=5, now=now, member=member.pk) == 1
        changed = Order.objects.get(pk=order.pk)
        assert (changed.net_cents, changed.packing_began_at, changed.member) == (
            order.net_cents + 5,
            now,
            member,
        )
    assert Order.objects.values().get(pk=orders[2].pk) == before
    assert update.run(pk=0, more=5, now=now, member=None) == 0
