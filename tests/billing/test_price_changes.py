"""Staff raise the price of a running subscription, with six weeks' notice."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.periods import next_start
from shop.billing.price_changes import (
    NoRaiseError,
    PriceChange,
    first_day_of_raise,
    raise_price,
    undo_price_change,
)
from shop.billing.signals import price_raised
from tests.billing.runs import begun_on, issue_on
from tests.factories import make_seller, make_staff, make_subscription
from tests.signals import heard

pytestmark = pytest.mark.django_db


def test_raise_counts_from_the_first_period_six_weeks_after_the_notice() -> None:
    make_seller()
    staff, today = make_staff(), timezone.localdate()
    subscription = begun_on(today, list_cents=4900)
    other = begun_on(today, list_cents=4900)
    with heard(price_raised) as told:
        change = raise_price(subscription, 5900, staff)
    assert [each["change"] for each in told] == [change]
    assert change.from_on == next_start(today, "month", today + timedelta(days=41))
    assert (change.old_list_cents, change.by) == (4900, staff)
    invoices = issue_on(change.from_on, subscription)
    assert [each.net_cents for each in invoices] == [4900] * (len(invoices) - 1) + [5900]
    assert invoices[-1].period_start == change.from_on
    assert {each.net_cents for each in issue_on(change.from_on, other)} == {4900}
    subscription.refresh_from_db()
    assert subscription.list_cents == 5900
    assert not undo_price_change(change, staff)


def test_day_exactly_six_weeks_later_is_late_enough() -> None:
    later = timezone.localdate() + timedelta(days=42)
    assert first_day_of_raise(Subscription(anchor_on=later, interval="month")) == later
    sooner = later - timedelta(days=1)
    assert first_day_of_raise(Subscription(anchor_on=sooner, interval="year")) > later


def test_raise_is_taken_back_once_before_it_counts() -> None:
    make_seller()
    staff, subscription = make_staff(), begun_on(timezone.localdate(), list_cents=4900)
    change = raise_price(subscription, 5900, staff)
    with pytest.raises(NoRaiseError):
        raise_price(subscription, 6900, staff)
    assert undo_price_change(change, staff)
    assert not undo_price_change(change, staff)
    invoices = issue_on(change.from_on, subscription)
    assert {each.net_cents for each in invoices} == {4900}
    assert raise_price(subscription, 6900, staff).list_cents == 6900


def test_raise_after_a_discount_keeps_the_discount() -> None:
    make_seller()
    today = timezone.localdate()
    subscription = begun_on(today, list_cents=4900, discount_cents=900)
    change = raise_price(subscription, 5900, make_staff())
    assert issue_on(change.from_on, subscription)[-1].net_cents == 5000


@pytest.mark.parametrize(
    ("fields", "cents"),
    [
        ({"list_cents": 4900}, 4900),
        ({"list_cents": 4900}, 4800),
        ({"list_cents": 0, "next_period_on": None}, 4900),
        ({"list_cents": 4900, "ended_at": timezone.now()}, 5900),
    ],
)
def test_no_raise_where_nothing_is_raised(fields: dict[str, Any], cents: int) -> None:
    subscription = make_subscription(**fields)
    with pytest.raises(NoRaiseError):
        raise_price(subscription, cents, make_staff())
    assert not PriceChange.objects.exists()
    assert isinstance(subscription.started_on, date)
