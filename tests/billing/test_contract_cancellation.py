"""A contract is cancelled to the end of what is paid, and goes on if that is taken back in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract, end_if_cancelled, take_back
from shop.billing.models import Subscription
from shop.billing.signals import subscription_event
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from tests.billing.runs import begun_on
from tests.factories import BILLING, make_staff, make_subscription
from tests.signals import heard

pytestmark = pytest.mark.django_db
YEARLY: dict[str, Any] = {
    "interval": "year",
    "started_on": date(2024, 3, 1),
    "anchor_on": date(2024, 3, 1),
}
PRIVATE: dict[str, Any] = {**BILLING, "customer_type": "private", "company": "", "vat_id": ""}


def history(subscription: Subscription) -> list[tuple[str, object, dict[str, Any]]]:
    return [(each.kind, each.actor, each.details) for each in subscription.events.all()]


def planned_change(subscription: Subscription) -> TierChange:
    return TierChange.objects.create(
        subscription=subscription,
        state=TierChange.State.PLANNED,
        old_product=subscription.product,
        product=subscription.product,
        old_interval="month",
        interval="year",
        old_list_cents=subscription.list_cents,
        list_cents=1,
    )


def test_cancelled_contract_ends_with_the_paid_interval() -> None:
    subscription, other = make_subscription(), make_subscription()
    admin = subscription.client.client_admin
    ends_on = end_if_cancelled(subscription)
    assert 26 < (ends_on - timezone.localdate()).days < 31
    with heard(subscription_event) as told:
        assert cancel_contract(subscription, by=admin)
        assert not cancel_contract(subscription, by=admin)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ends_on) == ("cancelled", ends_on)
    assert subscription.cancelled_by == admin
    assert subscription.cancelled_at is not None
    assert history(subscription) == [("cancelled", admin, {"ends_on": ends_on.isoformat()})]
    (event,) = [each["event"] for each in told]
    assert (event.kind, event.subscription.state) == ("cancelled", "cancelled")
    other.refresh_from_db()
    assert (other.state, other.ends_on, history(other)) == ("active", None, [])


def test_free_contract_ends_today_or_on_the_day_wished_for() -> None:
    subscription = make_subscription(list_cents=0, next_period_on=None)
    today = timezone.localdate()
    assert end_if_cancelled(subscription) == today
    wished = today + timedelta(days=3)
    assert end_if_cancelled(subscription, wished=wished) == wished


def test_private_person_after_the_first_year_is_bound_for_a_month() -> None:
    declared_on = date(2025, 5, 31)
    private = make_subscription(billing=PRIVATE, **YEARLY)
    company = make_subscription(**YEARLY)
    assert end_if_cancelled(private, declared_on=declared_on) == date(2025, 6, 30)
    assert end_if_cancelled(company, declared_on=declared_on) == date(2026, 2, 28)


def test_order_tells_the_kind_of_customer_while_there_are_no_billing_data() -> None:
    subscription = make_subscription(billing=None, **YEARLY)
    end_of_year = date(2026, 2, 28)
    assert end_if_cancelled(subscription, declared_on=date(2025, 5, 31)) == end_of_year
    subscription.order.billing = {"customer_type": "private"}
    assert end_if_cancelled(subscription, declared_on=date(2025, 5, 31)) == date(2025, 6, 30)


def test_cancelling_undoes_a_planned_change() -> None:
    subscription, bystander = make_subscription(), make_subscription()
    change, other = planned_change(subscription), planned_change(bystander)
    admin = subscription.client.client_admin
    with heard(subscription_event) as told:
        cancel_contract(subscription, by=admin)
    change.refresh_from_db()
    assert (change.state, change.decided_by) == ("undone", admin)
    assert [each.kind for each in subscription.events.all()] == ["change_undone", "cancelled"]
    assert [each["event"].kind for each in told] == ["change_undone", "cancelled"]
    other.refresh_from_db()
    assert other.state == "planned"


def test_cancellation_is_taken_back_until_the_last_day() -> None:
    subscription, today = make_subscription(), timezone.localdate()
    admin = subscription.client.client_admin
    assert not take_back(subscription, admin)
    cancel_contract(subscription, by=admin)
    before = {"next_period_on": subscription.next_period_on}
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=today, end_told_days=1)
    with heard(subscription_event) as told:
        assert take_back(subscription, admin)
        assert not take_back(subscription, admin)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ends_on) == ("active", None)
    assert (subscription.cancelled_at, subscription.cancelled_by) == (None, None)
    assert (subscription.next_period_on, subscription.end_told_days) == (
        before["next_period_on"],
        None,
    )
    assert [each["event"].kind for each in told] == ["taken_back"]
    assert [kind for kind, *_rest in history(subscription)] == ["cancelled", "taken_back"]


@pytest.mark.parametrize(
    "columns",
    [
        {"ends_on": date(2026, 1, 1)},
        {"ended_at": timezone.now()},
        {"withdrawn_at": timezone.now()},
    ],
)
def test_nothing_is_taken_back_once_it_is_too_late(columns: dict[str, Any]) -> None:
    subscription = make_subscription()
    admin = subscription.client.client_admin
    cancel_contract(subscription, by=admin)
    Subscription.objects.filter(pk=subscription.pk).update(**columns)
    before = Subscription.objects.filter(pk=subscription.pk).values().get()
    assert not take_back(subscription, admin)
    assert Subscription.objects.filter(pk=subscription.pk).values().get() == before
    assert subscription.events.count() == 1


def test_ended_contract_cannot_be_cancelled() -> None:
    subscription = make_subscription(ended_at=timezone.now())
    assert not cancel_contract(subscription, by=None)
    assert not SubscriptionEvent.objects.exists()


def test_end_counts_from_the_moment_of_declaration() -> None:
    subscription = begun_on(date(2026, 1, 15))
    declared_at = timezone.now().replace(year=2026, month=2, day=14, hour=22, minute=59)
    cancel_contract(subscription, by=None, declared_at=declared_at)
    subscription.refresh_from_db()
    assert (subscription.cancelled_at, subscription.ends_on) == (declared_at, date(2026, 2, 14))


def test_staff_choose_an_exact_end_also_of_a_cancelled_contract() -> None:
    subscription, staff = make_subscription(), make_staff()
    cancel_contract(subscription, by=None)
    today = timezone.localdate()
    assert cancel_contract(subscription, by=staff, ends_on=today, reason="The cause is real.")
    subscription.refresh_from_db()
    assert (subscription.ends_on, subscription.cancelled_by) == (today, staff)
    assert history(subscription)[-1] == (
        "cancelled",
        staff,
        {"ends_on": today.isoformat(), "reason": "The cause is real."},
    )
