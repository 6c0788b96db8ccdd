"""Calls of an application by day and outcome, and the refusals that are most frequent."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from http import HTTPStatus
from typing import NamedTuple

from django.db.models import Max, Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.access.models import Application, CallCount

DAYS = 14
WEEK = 7  # days
RECENT_DAYS = 2  # today and yesterday
MOST_KINDS = 5
TOO_MANY = 429

# By the class of a bar: what it counts.
OUTCOMES: dict[str, StrOrPromise] = {
    "good": _("answered"),
    "wait": _("refused (4xx)"),
    "past": _("over the rate limit (429)"),
    "fault": _("error on our side (5xx)"),
}


class Refusal(NamedTuple):
    """The number of calls of an operation that were answered with a status lately."""

    operation: str
    status: int
    phrase: str
    number: int


class WeekOfCalls(NamedTuple):
    """The calls of an application in the last WEEK days, and the day of its last call."""

    last: date | None = None
    answered: int = 0
    refused: int = 0  # 4xx
    failed: int = 0  # 5xx

    @property
    def errors(self) -> int:
        """Return the number of calls that were refused or failed."""
        return self.refused + self.failed

    @property
    def total(self) -> int:
        """Return the number of all calls."""
        return self.answered + self.errors


class CallStatistics:
    """The calls of the last DAYS days, as they were counted (`shop/access/call_counts.py`)."""

    def __init__(self, application: Application) -> None:
        self._rows = CallCount.objects.filter(application=application)
        today = timezone.localdate()
        self.days = [today - timedelta(days=DAYS - 1 - each) for each in range(DAYS)]
        self.outcomes = OUTCOMES

    @cached_property
    def _numbers(self) -> Counter[tuple[date, str]]:
        rows = self._rows.filter(day__gte=self.days[0]).order_by().values_list("day", "status")
        numbers = Counter[tuple[date, str]]()
        for day, status, number in rows.annotate(Sum("number")):
            numbers[day, outcome_of(status)] += number
        return numbers

    @property
    def total(self) -> int:
        """Return the number of all calls."""
        return sum(self._numbers.values())

    @property
    def by_day(self) -> list[tuple[date, list[int], int]]:
        """Return the numbers by outcome and their sum for each day, the newest first."""
        rows = []
        for day in reversed(self.days):
            numbers = [self._numbers[day, kind] for kind in OUTCOMES]
            rows.append((day, numbers, sum(numbers)))
        return rows

    @cached_property
    def refusals(self) -> list[Refusal]:
        """Return the most frequent refusals and errors of today and yesterday."""
        recent = self._rows.filter(day__gt=self.days[-1] - timedelta(days=RECENT_DAYS))
        rows = recent.filter(status__gte=400).order_by().values_list("operation", "status")
        found = rows.annotate(all=Sum("number")).order_by("-all", "operation", "status")
        return [
            Refusal(operation, status, HTTPStatus(status).phrase, number)
            for operation, status, number in found[:MOST_KINDS]
        ]


def weeks_of_calls(applications: Collection[int]) -> dict[int, WeekOfCalls]:
    """Return the calls of the last WEEK days by application, of those that ever called."""
    lately = Q(day__gt=timezone.localdate() - timedelta(days=WEEK))
    rows = CallCount.objects.filter(application__in=applications).order_by()
    found = rows.values_list("application").annotate(
        last=Max("day"),
        answered=Sum("number", default=0, filter=lately & Q(status__lt=400)),
        refused=Sum("number", default=0, filter=lately & Q(status__gte=400, status__lt=500)),
        failed=Sum("number", default=0, filter=lately & Q(status__gte=500)),
    )
    return {application: WeekOfCalls(*numbers) for application, *numbers in found}


def outcome_of(status: int) -> str:
    """Return the key of OUTCOMES for an HTTP status."""
    if status == TOO_MANY:
        return "past"
    if status >= 500:
        return "fault"
    return "wait" if status >= 400 else "good"
