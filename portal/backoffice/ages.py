"""Ages: how long ago something was, in words."""

from datetime import datetime
from functools import lru_cache

from django.utils.html import avoid_wrapping
from django.utils.timesince import TIME_STRINGS
from django.utils.translation import get_language

# Up to a month, in seconds.
UNITS = {"week": 7 * 86_400, "day": 86_400, "hour": 3_600, "minute": 60}


def age(since: datetime, now: datetime) -> str:
    """Return how long before `now` `since` was, in the largest unit, as Django's `timesince` does.

    Both in the same time zone. Its words are looked up once for each number: a page has many.
    """
    return _in_words(get_language(), *_largest_unit(since, now))


def _largest_unit(since: datetime, now: datetime) -> tuple[str, int]:
    months = 12 * (now.year - since.year) + now.month - since.month
    if (since.day, since.time()) > (now.day, now.time()):
        months -= 1
    if months >= 12:
        return "year", months // 12
    if months > 0:
        return "month", months
    seconds = int((now - since).total_seconds())
    for unit, length in UNITS.items():
        if seconds >= length:
            return unit, seconds // length
    return "minute", 0


@lru_cache(maxsize=1000)
def _in_words(_language: str | None, unit: str, number: int) -> str:
    return str(avoid_wrapping(TIME_STRINGS[unit] % {"num": number}))
