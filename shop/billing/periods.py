"""Periods of a subscription: pure functions over days of the shop's zone.

A period begins on the anchor's day of the month, or on the last day of a month that has no such day
(contract, "Invoices"). It ends the day before the next one begins.
"""

from calendar import monthrange
from datetime import date, timedelta

from shop.catalogue.intervals import Interval

MONTHS = {Interval.MONTH: 1, Interval.YEAR: 12}
ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """`months` later on the same day of the month, or on its last day where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_start(anchor: date, interval: str, number: int) -> date:
    """The first day of period `number`; number 0 begins on the anchor."""
    return add_months(anchor, number * MONTHS[Interval(interval)])


def next_start(anchor: date, interval: str, after: date) -> date:
    """The first day of the first period that begins after a day; never before the anchor."""
    months = (after.year - anchor.year) * 12 + after.month - anchor.month
    number = max(0, months // MONTHS[Interval(interval)])
    # In the month of `after` the period may begin before or after it.
    while (start := period_start(anchor, interval, number)) <= after:
        number += 1
    return start


def period_of(anchor: date, interval: str, day: date) -> tuple[date, date]:
    """The first and last day of the period that a day is in; of one before the anchor the first."""
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    number = max(0, months // MONTHS[Interval(interval)])
    if number and period_start(anchor, interval, number) > day:
        number -= 1
    start = period_start(anchor, interval, number)
    return start, period_end(anchor, interval, start)


def months_between(start: date, until: date) -> int:
    """The months from `start` to `until`, both first days of months counted from one anchor."""
    return (until.year - start.year) * 12 + until.month - start.month


def period_end(anchor: date, interval: str, start: date) -> date:
    """The last day, inclusive, of the period that begins on `start`."""
    return next_start(anchor, interval, start) - ONE_DAY


def days_left(end: date, today: date) -> int:
    """The days of a period that ends on `end`, inclusive, from today on, including today."""
    return max(0, (end - today).days + 1)


def share_of_days(cents: int, days: int, of_days: int) -> int:
    """The part of `cents` that falls on some days of a period, rounded half up."""
    return (2 * cents * days + of_days) // (2 * of_days)


def share_of(cents: int, interval: str, start: date, until: date) -> int:
    """The part of `cents` for an interval that falls on its months before `until`, rounded half up.

    Both days are first days of months counted from one anchor.
    """
    months = MONTHS[Interval(interval)]
    left = min(max(months_between(start, until), 0), months)
    return (2 * cents * left + months) // (2 * months)
