"""Webhooks of an application by day and state."""

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.db.models import Case, Count, IntegerField, Value, When
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.reports.charts import Chart, stacked
from shop.access.models import Application
from shop.notifications.webhooks.models import Delivery

DAYS = 14
HEIGHT = 72
State = Delivery.State

# By the class of a bar: what it counts, and the states.
PILES: dict[str, tuple[StrOrPromise, tuple[State, ...]]] = {
    "good": (_("sent"), (State.DELIVERED,)),
    "wait": (_("waiting"), (State.WAITING, State.SENDING)),
    "fault": (_("given up"), (State.FAILED,)),
    "past": (_("no longer wanted"), (State.GONE,)),
}


class DeliveryStatistics:
    """The webhooks of events of the last DAYS days, by their state now."""

    def __init__(self, application: Application) -> None:
        self._application = application
        today = timezone.localdate()
        self.days = [today - timedelta(days=DAYS - 1 - each) for each in range(DAYS)]
        self.labels = {kind: label for kind, (label, _states) in PILES.items()}

    @cached_property
    def _numbers(self) -> Counter[tuple[date, str]]:
        midnights = [*self.days, self.days[-1] + timedelta(days=1)]
        bounds = [timezone.make_aware(datetime.combine(day, time())) for day in midnights]
        days = [When(created_at__lt=end, then=Value(n)) for n, end in enumerate(bounds[1:])]
        found = (
            Delivery.objects.filter(application=self._application, state__in=State.values)
            .filter(created_at__gte=bounds[0], created_at__lt=bounds[-1])
            .annotate(day=Case(*days, output_field=IntegerField()))
            .order_by()
            .values_list("day", "state")
            .annotate(number=Count("pk"))
        )
        kinds = {state: kind for kind, (_label, states) in PILES.items() for state in states}
        numbers = Counter[tuple[date, str]]()
        for day, state, number in found:
            numbers[self.days[day], kinds[State(state)]] += number
        return numbers

    @property
    def total(self) -> int:
        """Return the number of all webhooks."""
        return sum(self._numbers.values())

    @property
    def failed(self) -> int:
        """Return the number of those that were given up."""
        return sum(self._numbers[day, "fault"] for day in self.days)

    @property
    def by_day(self) -> list[tuple[date, list[int], int]]:
        """Return the numbers by pile and their sum for each day, the newest first."""
        rows = []
        for day in reversed(self.days):
            numbers = [self._numbers[day, kind] for kind in PILES]
            rows.append((day, numbers, sum(numbers)))
        return rows

    @property
    def chart(self) -> Chart:
        """Return a bar for each day."""
        columns = [[self._numbers[day, kind] for kind in PILES] for day in self.days]
        return stacked(columns, list(PILES), height=HEIGHT)
