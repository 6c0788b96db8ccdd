"""The end of a contract: by the paid interval, notice, and the rights of private persons."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from shop.billing.notice_periods import end_of_contract
from shop.billing.periods import add_months, next_start, period_start

ONE_DAY = timedelta(days=1)
DAYS = st.dates(date(2023, 1, 1), date(2033, 12, 31))
INTERVALS = st.sampled_from(["month", "year"])


def end(declared_on: date, anchor: date = date(2026, 1, 31), **changes: Any) -> date:
    """The end of a company's monthly contract."""
    facts: dict[str, Any] = {
        "anchor": anchor,
        "interval": "month",
        "started_on": anchor,
        "is_free": False,
        "private": False,
        "declared_on": declared_on,
    }
    return end_of_contract(**{**facts, **changes})


@pytest.mark.parametrize(
    ("declared_on", "ends_on"),
    [
        (date(2026, 1, 31), date(2026, 2, 27)),  # the first day
        (date(2026, 2, 27), date(2026, 2, 27)),  # the last day of a period
        (date(2026, 2, 28), date(2026, 3, 30)),  # begins on the last day of a short month
        (date(2026, 3, 30), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
        (date(2028, 2, 28), date(2028, 2, 28)),  # leap year: the period begins on the 29th
        (date(2028, 2, 29), date(2028, 3, 30)),
    ],
)
def test_contract_ends_with_the_paid_month(declared_on: date, ends_on: date) -> None:
    assert end(declared_on) == ends_on


@pytest.mark.parametrize(
    ("declared_on", "ends_on"),
    [
        (date(2024, 2, 29), date(2025, 2, 27)),
        (date(2025, 2, 27), date(2025, 2, 27)),
        (date(2025, 2, 28), date(2026, 2, 27)),
        (date(2028, 2, 28), date(2028, 2, 28)),
    ],
)
def test_contract_ends_with_the_paid_year(declared_on: date, ends_on: date) -> None:
    assert end(declared_on, anchor=date(2024, 2, 29), interval="year") == ends_on


def test_contract_ends_with_the_next_interval_where_notice_is_too_short(settings: Settings) -> None:
    settings.CANCELLATION_NOTICE_DAYS = 10
    anchor = date(2026, 1, 1)
    assert end(date(2026, 1, 21), anchor) == date(2026, 1, 31)
    assert end(date(2026, 1, 22), anchor) == date(2026, 2, 28)
    settings.CANCELLATION_NOTICE_DAYS = 45
    assert end(date(2026, 1, 22), anchor) == date(2026, 3, 31)


def test_contract_ends_with_the_interval_of_the_day_wished_for() -> None:
    anchor = date(2026, 1, 1)
    assert end(date(2026, 1, 10), anchor, wished=date(2026, 1, 5)) == date(2026, 1, 31)
    assert end(date(2026, 1, 10), anchor, wished=date(2026, 1, 31)) == date(2026, 1, 31)
    assert end(date(2026, 1, 10), anchor, wished=date(2026, 4, 2)) == date(2026, 4, 30)


def test_free_contract_ends_the_same_day_or_on_the_day_wished_for() -> None:
    day = date(2026, 5, 17)
    assert end(day, is_free=True) == day
    assert end(day, is_free=True, wished=date(2026, 5, 1)) == day
    assert end(day, is_free=True, wished=date(2026, 6, 30)) == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("declared_on", "wished", "ends_on"),
    [
        (date(2026, 1, 15), None, date(2027, 1, 9)),  # in the first year: to its end
        (date(2027, 1, 9), None, date(2027, 1, 9)),
        (date(2027, 1, 10), None, date(2027, 2, 10)),  # after it: one month
        (date(2027, 3, 31), None, date(2027, 4, 30)),
        (date(2027, 12, 20), None, date(2028, 1, 9)),  # the year ends before the month is over
        (date(2027, 3, 31), date(2027, 7, 1), date(2027, 7, 1)),
        (date(2026, 1, 15), date(2027, 5, 1), date(2027, 5, 1)),
    ],
)
def test_private_person_is_bound_for_a_month_after_the_first_year(
    declared_on: date, wished: date | None, ends_on: date
) -> None:
    private: dict[str, Any] = {"interval": "year", "private": True, "wished": wished}
    assert end(declared_on, anchor=date(2026, 1, 10), **private) == ends_on


def test_notice_never_binds_a_private_person_for_a_second_year(settings: Settings) -> None:
    settings.CANCELLATION_NOTICE_DAYS = 60
    yearly: dict[str, Any] = {"anchor": date(2026, 1, 10), "interval": "year"}
    declared_on = date(2026, 12, 20)
    assert end(declared_on, **yearly) == date(2028, 1, 9)
    assert end(declared_on, private=True, **yearly) == date(2027, 1, 20)


def test_declaration_from_before_the_anchor_ends_the_day_before_it() -> None:
    """It was proven after the contract has changed to a new anchor."""
    assert end(date(2026, 1, 20), anchor=date(2026, 2, 1)) == date(2026, 1, 31)


@given(DAYS, INTERVALS, st.integers(0, 2000), st.none() | st.integers(-50, 800))
def test_company_ends_on_the_last_day_of_an_interval(
    anchor: date, interval: str, after: int, wished_after: int | None
) -> None:
    declared_on = anchor + timedelta(days=after)
    wished = None if wished_after is None else declared_on + timedelta(days=wished_after)
    ends_on = end(declared_on, anchor, interval=interval, wished=wished)
    assert ends_on >= max(declared_on, wished or declared_on)
    starts = {period_start(anchor, interval, number) for number in range(130)}
    assert ends_on + ONE_DAY in starts
    # There is no earlier one.
    earliest = max(declared_on, wished or declared_on)
    assert not {earliest + timedelta(days=n + 1) for n in range((ends_on - earliest).days)} & starts


@given(DAYS, INTERVALS, st.integers(0, 2000), st.integers(0, 100), st.booleans())
def test_declaring_later_never_ends_a_contract_earlier(
    anchor: date, interval: str, after: int, later: int, private: bool
) -> None:
    facts: dict[str, Any] = {"interval": interval, "private": private}
    declared_on = anchor + timedelta(days=after)
    first = end(declared_on, anchor, **facts)
    assert first <= end(declared_on + timedelta(days=later), anchor, **facts)


@given(DAYS, INTERVALS, st.integers(0, 2000))
def test_private_person_is_never_bound_longer_than_a_company(
    anchor: date, interval: str, after: int
) -> None:
    declared_on = anchor + timedelta(days=after)
    private = end(declared_on, anchor, interval=interval, private=True)
    company = end(declared_on, anchor, interval=interval)
    assert declared_on <= private <= company
    if declared_on >= add_months(anchor, 12):
        assert private == min(company, add_months(declared_on, 1))
    else:
        assert private == company
    assert company < next_start(anchor, interval, declared_on) + ONE_DAY


@pytest.mark.parametrize(
    ("moment", "ends_on"),
    [
        # Midnight of the shop's zone decides, in winter and in summer and at both changes.
        (datetime(2026, 2, 14, 22, 59, tzinfo=UTC), date(2026, 2, 14)),
        (datetime(2026, 2, 14, 23, 0, tzinfo=UTC), date(2026, 3, 14)),
        (datetime(2026, 7, 14, 21, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 7, 14, 22, 0, tzinfo=UTC), date(2026, 8, 14)),
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 4, 14)),
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 11, 14)),
    ],
)
def test_day_of_declaration_is_that_of_the_shops_zone(moment: datetime, ends_on: date) -> None:
    assert end(timezone.localdate(moment), anchor=date(2026, 1, 15)) == ends_on


@pytest.mark.parametrize(
    ("moment", "ends_on"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),  # the night of the change
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 4, 28)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 4, 28)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 28)),
        (datetime(2026, 10, 28, 22, 59, tzinfo=UTC), date(2026, 10, 28)),
        (datetime(2026, 10, 28, 23, 0, tzinfo=UTC), date(2026, 11, 28)),
    ],
)
def test_day_changes_at_midnight_where_the_clock_changes(moment: datetime, ends_on: date) -> None:
    assert end(timezone.localdate(moment), anchor=date(2026, 1, 29)) == ends_on
