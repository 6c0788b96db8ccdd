"""The working day by which we answer, in the zone and the language of the page."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language

SATURDAY = 5


def next_working_day(moment: datetime) -> date:
    """Return the first day from Monday to Friday after that of `moment`, in the page's time zone.

    Public holidays count as working days: they differ from one place to the next.
    """
    day = timezone.localtime(moment).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def day_with_weekday(day: date) -> str:
    """Return `day` as pages name it: Monday, 30 November."""
    return date_format(day, "l, j. F" if get_language() == "de" else "l, j F")
