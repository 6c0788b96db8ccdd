"""The end of a contract that is cancelled: pure functions over days of the shop's zone."""

from datetime import date, timedelta

from django.conf import settings

from shop.billing.periods import ONE_DAY, add_months, next_start

FIRST_YEAR_MONTHS = 12
NOTICE_MONTHS = 1  # of private persons, once the first year is over
LATEST_YEARS = 10  # from now; a later end must be a slip, and calendars end


def end_of_contract(
    *,
    anchor: date,
    interval: str,
    started_on: date,
    is_free: bool,
    private: bool,
    declared_on: date,
    wished: date | None = None,
) -> date:
    """The last day, inclusive, of a contract that is cancelled on a day (contract, "Cancelling").

    To the end of the paid interval, with CANCELLATION_NOTICE_DAYS; of a private person after the
    first year at most a month later. Never before the day that is wished for. What is free ends on
    the day itself.
    """
    wished = max(wished or declared_on, declared_on)
    if is_free:
        return wished
    noticed = declared_on + timedelta(days=settings.CANCELLATION_NOTICE_DAYS)
    end = _interval_end(anchor, interval, max(noticed, wished))
    if not private:
        return end
    first_year_ends_on = add_months(started_on, FIRST_YEAR_MONTHS) - ONE_DAY
    month_later = add_months(declared_on, NOTICE_MONTHS)
    return min(end, max(first_year_ends_on, month_later, wished))


def latest_end(today: date) -> date:
    """The latest day that can be wished for, or chosen by staff, as the end of a contract."""
    return date(today.year + LATEST_YEARS, 12, 31)


def _interval_end(anchor: date, interval: str, day: date) -> date:
    """The last day of the interval that contains `day`."""
    return next_start(anchor, interval, day) - ONE_DAY
