"""Groups of orders: the rule for queries and the rule for rows are the same rule."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.orders.attention import (
    APPROVABLE,
    NEEDS_STAFF,
    RETRYABLE,
    STALLED,
    STUCK,
    TOO_LONG,
    UNANSWERED,
    UNREACHABLE,
    OrderSlice,
    any_holds,
    where_any,
)
from shop.orders.models import Order
from shop.packing.models import Packing
from tests.factories import make_bare_order, make_order
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def chosen(*slices: OrderSlice) -> set[int]:
    """The orders of any of `slices`, found by the query and checked row by row."""
    now = timezone.now()
    found = set(Order.objects.filter(where_any(slices, now)).values_list("pk", flat=True))
    assert found == {order.pk for order in Order.objects.all() if any_holds(slices, order, now)}
    return found


def age(order: Order, by: timedelta) -> None:
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - by)


def test_order_that_staff_must_look_at_is_chosen_by_its_state() -> None:
    human, errors = order_in("need_human"), order_in("has_packing_errors")
    for other in ("details", "packing", "packed", "cancelled", "pending"):
        order_in(other)
    assert chosen(*STUCK) == {human.pk, errors.pk}
    assert chosen(*APPROVABLE) == {human.pk}


@pytest.mark.parametrize("situation", ["packing", "pending"])
def test_order_is_stalled_from_fifteen_minutes_on(situation: str) -> None:
    order = order_in(situation)
    age(order, TOO_LONG - 30 * SECOND)
    assert chosen(*STALLED) == chosen(*NEEDS_STAFF) == set()
    age(order, TOO_LONG)
    assert chosen(*STALLED) == chosen(*NEEDS_STAFF) == {order.pk}


def test_order_that_waits_for_details_is_unanswered_not_stalled() -> None:
    complete, incomplete = make_order(), make_bare_order()
    age(complete, timedelta(days=300))
    age(incomplete, timedelta(days=300))
    assert chosen(*STALLED) == {complete.pk}
    assert chosen(UNANSWERED) == {incomplete.pk}
    age(incomplete, timedelta(days=1))
    assert chosen(UNANSWERED) == set()


def test_order_that_waits_for_approval_cannot_be_retried() -> None:
    approval, fault = order_in("need_human"), order_in("need_human")
    order_in("packed")
    assert approval.fault == "manual_tier"
    Order.objects.filter(pk=fault.pk).update(fault="no_place")
    assert chosen(*RETRYABLE) == {fault.pk}


def test_slice_without_a_moment_counts_up_to_now() -> None:
    order = make_order()
    (slice_,) = (each for each in STALLED if each.holds(order, timezone.now() + TOO_LONG))
    assert not slice_.holds(order)
    assert not Order.objects.filter(slice_.where()).exists()
    age(order, TOO_LONG)
    order.refresh_from_db()
    assert slice_.holds(order)
    assert Order.objects.filter(slice_.where()).get() == order


def test_name_of_the_states_column_can_be_another() -> None:
    approval = order_in("need_human")
    order_in("has_packing_errors")
    rows = Packing.objects.filter(STUCK[0].where(state="order__state"))
    assert [row.order_id for row in rows] == [approval.pk]


def test_order_whose_mail_comes_back_needs_staff_and_is_listed_once() -> None:
    lost, stuck, fine = order_in("packed"), order_in("need_human"), order_in("packed")
    assert chosen(UNREACHABLE) == set()
    assert chosen(*NEEDS_STAFF) == {stuck.pk}
    Order.objects.exclude(pk=fine.pk).update(unreachable_since=timezone.now())
    assert chosen(UNREACHABLE) == chosen(*NEEDS_STAFF) == {lost.pk, stuck.pk}
    assert [part for part in NEEDS_STAFF if chosen(part)] == [UNREACHABLE]
