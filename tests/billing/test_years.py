"""Whatever happens for years: numbers without gaps, each period once, none missed."""

import os
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.billing.holds import Selling
from shop.billing.issuing import issue_all, issue_next
from shop.billing.models import Subscription
from tests.billing.runs import beat
from tests.billing.years import (
    Begun,
    assert_each_period_once,
    assert_numbers_are_whole,
    copies,
    run_worker,
)
from tests.factories import make_seller, make_subscription

pytestmark = pytest.mark.django_db
DAYS = int(os.environ.get("BILLING_DAYS") or 100)
FIRST = date(2023, 12, 30)  # leap day and turn of the year are near
DAY = st.integers(0, 800).map(lambda days: FIRST + timedelta(days=days))


@st.composite
def begun(draw: st.DrawFn) -> Begun:
    list_cents = draw(st.integers(1, 100_000))
    discount = draw(st.sampled_from([0, list_cents // 3, list_cents]))
    ends = draw(st.sampled_from([None, 1, 30, 400]))
    on = draw(DAY)
    return Begun(
        on=on,
        interval=draw(st.sampled_from(["month", "year"])),
        list_cents=list_cents,
        discount_cents=discount,
        discount_ends_on=on + timedelta(days=ends) if ends else None,
    )


@pytest.fixture
def template() -> Subscription:
    make_seller()
    return make_subscription(next_period_on=None)


@settings(
    deadline=None,
    max_examples=int(os.environ.get("BILLING_EXAMPLES") or 15),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(begun(), min_size=1, max_size=6),
    # Runs on any days: with pauses of months, and with clocks that were set back.
    st.lists(st.tuples(DAY, st.randoms(use_true_random=False)), min_size=1, max_size=12),
)
def test_arbitrary_subscriptions_on_arbitrary_days(
    template: Subscription, wanted: list[Begun], runs: list[tuple[date, object]]
) -> None:
    with transaction.atomic():
        subscriptions = copies(template, wanted)
        numbers = [each.pk for each in subscriptions]
        for today, random in runs:
            selling = Selling.now()
            turns = [pk for pk in numbers for _worker in range(2)]
            random.shuffle(turns)  # type: ignore[attr-defined]
            for pk in turns:  # two workers with the same list, one invoice at a time
                issue_next(pk, selling, today)
            issue_all(numbers, today, beat)
            assert_numbers_are_whole()
        assert_each_period_once(subscriptions, max(today for today, _random in runs))
        transaction.set_rollback(True)


def test_one_order_a_day(template: Subscription) -> None:
    """BILLING_DAYS=730 makes it two years: `python -m tests.billing_years`."""
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    subscriptions = copies(template, [Begun(day) for day in days])
    for day in days:
        run_worker(day)
    assert_numbers_are_whole()
    assert_each_period_once(subscriptions, days[-1])
