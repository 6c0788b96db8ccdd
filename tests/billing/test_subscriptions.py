"""A subscription begins with packing, once for each order that is no further member's."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.signals import subscription_started
from shop.billing.subscriptions import begin_missing
from shop.orders.models import Order, OrderEvent
from shop.orders.placing import Caller
from tests.billing.runs import beat, issue_on
from tests.factories import (
    BILLING,
    bystander,
    make_application,
    make_order,
    make_packed_order,
    make_seller,
    pack_all,
)
from tests.signals import heard

pytestmark = pytest.mark.django_db


def test_packing_begins_a_subscription_at_the_agreed_price() -> None:
    order = make_order(interval="month")
    Order.objects.filter(pk=order.pk).update(
        net_cents=4000, discount_cents=900, discount_months=3, promo_code="HERBST"
    )
    with heard(subscription_started) as told:
        pack_all()
    order.refresh_from_db()
    subscription, today = order.subscription, timezone.localdate()
    assert [each["subscriptions"] for each in told] == [[subscription]]
    assert (subscription.client, subscription.project, subscription.product) == (
        order.delivered_client,
        order.delivered_project,
        order.product,
    )
    assert (subscription.list_cents, subscription.discount_cents) == (4900, 900)
    assert (subscription.currency, subscription.promo_code) == ("EUR", "HERBST")
    assert (subscription.started_on, subscription.anchor_on) == (today, today)
    assert (subscription.next_period_on, subscription.interval) == (today, "month")
    assert subscription.discount_ends_on is not None
    assert 89 <= (subscription.discount_ends_on - today).days <= 92
    assert (subscription.waits_for, subscription.state) == ("", "active")


def test_order_that_is_packed_once_more_keeps_its_subscription() -> None:
    order = make_packed_order()
    Order.objects.filter(pk=order.pk).update(state="pending")
    with heard(subscription_started) as told:
        pack_all()
    assert Order.objects.get(pk=order.pk).state == "packed"
    assert (Subscription.objects.get().order, told) == (order, [])


def test_free_tier_begins_a_subscription_that_nothing_is_paid_for() -> None:
    subscription = make_packed_order(product="Yamdu FREE").subscription
    assert (subscription.list_cents, subscription.next_period_on) == (0, None)


def test_further_member_begins_none() -> None:
    first = make_packed_order()
    assert first.delivered_client
    admin = first.delivered_client.client_admin
    make_packed_order(
        client_admin=admin,
        client_name=None,
        project_name=None,
        client_id=first.delivered_client_id,
        project_id=first.delivered_project_id,
        user_email="second@example.com",
    )
    assert Order.objects.filter(state="packed").count() == 2
    assert [each.order for each in Subscription.objects.all()] == [first]


def packed_by_the_version_before(packed_at: datetime) -> Order:
    order = make_packed_order(caller=Caller(make_application()), billing=BILLING)
    Subscription.objects.filter(order=order).delete()
    OrderEvent.objects.filter(order=order, state="packed").update(at=packed_at)
    return order


def test_order_packed_before_the_upgrade_is_billed_from_its_first_day_after_it() -> None:
    make_seller()
    today = timezone.localdate()
    order = packed_by_the_version_before(datetime(2024, 1, 31, 22, 59, tzinfo=UTC))
    member = packed_by_the_version_before(datetime(2024, 1, 31, 22, 59, tzinfo=UTC))
    Order.objects.filter(pk=member.pk).update(project_id=member.delivered_project_id)
    with bystander(), heard(subscription_started) as told:
        begin_missing(beat)
        begin_missing(beat)
    assert told == []
    subscription = Subscription.objects.get(order__in=[order, member])
    assert subscription.order == order
    assert (subscription.started_on, subscription.anchor_on) == (date(2024, 1, 31),) * 2
    first = subscription.next_period_on
    assert first is not None
    assert today < first <= today + timedelta(days=31)
    assert issue_on(today, subscription) == []
    (invoice,) = issue_on(first, subscription)
    assert invoice.period_start == first


def test_order_packed_today_by_the_version_before_is_billed_from_the_next_month() -> None:
    order = packed_by_the_version_before(timezone.now())
    begin_missing(beat)
    subscription = Subscription.objects.get(order=order)
    assert subscription.started_on == timezone.localdate()
    assert subscription.next_period_on is not None
    assert 28 <= (subscription.next_period_on - timezone.localdate()).days <= 31


def test_many_old_orders_are_begun_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.billing.subscriptions.BATCH", 2)
    for _each in range(5):
        packed_by_the_version_before(timezone.now())
    beats: list[int] = []
    begin_missing(lambda: beats.append(1))
    assert (Subscription.objects.count(), len(beats)) == (5, 3)


def test_order_whose_project_is_gone_is_passed_over() -> None:
    order = packed_by_the_version_before(timezone.now())
    kept = packed_by_the_version_before(timezone.now())
    assert order.delivered_project is not None
    order.delivered_project.delete()
    begin_missing(beat)
    assert [each.order for each in Subscription.objects.all()] == [kept]
