"""Periods begin on the day of the month on which the subscription began, or the month's last day."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from shop.billing.periods import (
    add_months,
    days_left,
    next_start,
    period_end,
    period_start,
    share_of,
)

pytestmark = pytest.mark.once

DAY = st.dates(date(2000, 1, 1), date(2100, 12, 31))
INTERVAL = st.sampled_from(["month", "year"])
ONE_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("anchor", "interval", "starts"),
    [
        (date(2026, 1, 31), "month", [(2026, 1, 31), (2026, 2, 28), (2026, 3, 31), (2026, 4, 30)]),
        (date(2023, 12, 30), "month", [(2023, 12, 30), (2024, 1, 30), (2024, 2, 29)]),
        (date(2024, 2, 29), "year", [(2024, 2, 29), (2025, 2, 28), (2026, 2, 28), (2027, 2, 28),
                                     (2028, 2, 29)]),
        (date(2025, 12, 1), "month", [(2025, 12, 1), (2026, 1, 1)]),
    ],
)  # fmt: skip
def test_period_begins_on_the_anchors_day_or_the_last_of_the_month(
    anchor: date, interval: str, starts: list[tuple[int, int, int]]
) -> None:
    found = [period_start(anchor, interval, number) for number in range(len(starts))]
    assert found == [date(*start) for start in starts]


@given(DAY, INTERVAL, st.integers(0, 600))
@example(date(2024, 2, 29), "year", 1)
@example(date(2024, 1, 31), "month", 1)
def test_periods_follow_each_other_without_gap_and_overlap(
    anchor: date, interval: str, number: int
) -> None:
    start = period_start(anchor, interval, number)
    following = period_start(anchor, interval, number + 1)
    assert next_start(anchor, interval, start) == following
    assert period_end(anchor, interval, start) == following - ONE_DAY
    assert start.day == min(anchor.day, monthrange(start.year, start.month)[1])
    assert days_left(following - ONE_DAY, start) == (following - start).days


@given(DAY, INTERVAL, DAY)
def test_next_period_is_the_first_that_begins_after_a_day(
    anchor: date, interval: str, after: date
) -> None:
    found = next_start(anchor, interval, after)
    assert found > after or found == anchor
    assert found >= anchor
    earlier = add_months(found, -1 if interval == "month" else -12)
    assert found == anchor or period_of(anchor, interval, earlier) <= after


def period_of(anchor: date, interval: str, near: date) -> date:
    """The period's first day in the month of `near`, by the anchor's day."""
    assert interval in {"month", "year"}
    return near.replace(day=min(anchor.day, monthrange(near.year, near.month)[1]))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T22:59:59", date(2026, 3, 28)),  # 23:59:59, before summer time
        ("2026-03-28T23:00:00", date(2026, 3, 29)),
        ("2026-03-29T21:59:59", date(2026, 3, 29)),  # 23:59:59, in summer time
        ("2026-03-29T22:00:00", date(2026, 3, 30)),
        ("2026-10-24T21:59:59", date(2026, 10, 24)),
        ("2026-10-25T22:59:59", date(2026, 10, 25)),  # 23:59:59, after summer time
        ("2026-10-25T23:00:00", date(2026, 10, 26)),
        ("2026-12-31T22:59:59", date(2026, 12, 31)),
        ("2026-12-31T23:00:00", date(2027, 1, 1)),
    ],
)
def test_day_of_packing_is_that_of_the_shops_zone(moment: str, day: date) -> None:
    utc = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("UTC"))
    assert timezone.localdate(utc) == day


def test_last_day_counts_as_left() -> None:
    assert days_left(date(2026, 2, 28), date(2026, 2, 28)) == 1
    assert days_left(date(2026, 2, 28), date(2026, 3, 1)) == 0


@pytest.mark.parametrize(
    ("interval", "until", "cents"),
    [
        ("month", date(2026, 2, 1), 1001),
        ("month", date(2026, 1, 1), 0),
        ("year", date(2026, 7, 1), 501),
        ("year", date(2027, 1, 1), 1001),
        ("year", date(2030, 1, 1), 1001),
        ("year", date(2025, 1, 1), 0),
    ],
)
def test_share_is_that_of_the_months_before_a_day(interval: str, until: date, cents: int) -> None:
    assert share_of(1001, interval, date(2026, 1, 1), until) == cents
