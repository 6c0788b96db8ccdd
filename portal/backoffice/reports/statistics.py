"""Statistics of the last weeks; every query is bounded by days and uses an index."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise, product
from math import ceil
from statistics import median
from typing import Any

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.functional import cached_property
from django_stubs_ext import StrOrPromise

from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.corrections import STUCK
from shop.orders.models import PLACED_STATES, Order, OrderEvent, State

DAYS = 30
SAMPLE = 500  # orders of a day whose times are read; of more, an evenly spaced sample
MOST_LINES = 20


@dataclass(frozen=True)
class Times:
    """Times from being placed to being packed, for the orders of one day."""

    day: date
    packed: int
    middle: float | None = None  # seconds
    slow: float | None = None  # seconds; 95 of 100 took no longer


class Last30Days:
    """The last DAYS days including today, in the shop's time zone."""

    def __init__(self) -> None:
        today = timezone.localdate()
        self.days = [today - timedelta(days=DAYS - 1 - each) for each in range(DAYS)]
        midnights = [*self.days, today + timedelta(days=1)]
        self.bounds = [timezone.make_aware(datetime.combine(day, time())) for day in midnights]

    @cached_property
    def placed(self) -> dict[tuple[date, State, str], int]:
        """Count placed orders by day, current state and tier."""
        days = [When(created_at__lt=end, then=Value(n)) for n, end in enumerate(self.bounds[1:])]
        found = (
            Order.objects.filter(state__in=PLACED_STATES)
            .filter(created_at__gte=self.bounds[0], created_at__lt=self.bounds[-1])
            .annotate(day=Case(*days, output_field=IntegerField()))
            .order_by()
            .values_list("day", "state", "product")
            .annotate(number=Count("pk"))
        )
        codes = dict(Product.objects.values_list("pk", "code"))
        return {
            (self.days[day], State(state), codes[tier]): number
            for day, state, tier, number in found
        }

    @cached_property
    def _sums(self) -> Counter[tuple[date | None, State | None, str]]:
        """Sum up `placed` over every combination of days, states and tiers."""
        sums = Counter[tuple[date | None, State | None, str]]()
        for (day, state, tier), number in self.placed.items():
            for key in product((day, None), (state, None), (tier, "")):
                sums[key] += number
        return sums

    def number(self, day: date | None = None, states: Sequence[State] = (), tier: str = "") -> int:
        """Return the number of placed orders for a day, states and a tier; by default for all."""
        return sum(self._sums[day, state, tier] for state in states or (None,))

    def times(self) -> list[Times]:
        """Measure packing times by the day on which the orders were placed."""
        days = zip(self.days, pairwise(self.bounds), strict=True)
        return [self._times(day, *bounds) for day, bounds in days]

    def _times(self, day: date, start: datetime, end: datetime) -> Times:
        packed = self.number(day, (State.PACKED,))
        if not packed:
            return Times(day, 0)
        chosen = (
            Order.objects.filter(state=State.PACKED, created_at__gte=start, created_at__lt=end)
            .annotate(turn=F("pk") % ceil(packed / SAMPLE))
            .filter(turn=0, events__kind=OrderEvent.Kind.STATE, events__state=State.PACKED)
        )
        took = sorted(
            (ended - began).total_seconds()
            for began, ended in chosen.order_by().values_list("created_at", "events__at")
        )
        if not took:
            return Times(day, packed)
        return Times(day, packed, median(took), took[ceil(len(took) * 0.95) - 1])

    def failures(self) -> list[tuple[State, str, str, int]]:
        """Count orders that got stuck in these days and still are, by state, step and reason."""
        stuck = Order.objects.filter(state__in=STUCK, updated_at__gte=self.bounds[0])
        found = _most_frequent(stuck, "state", "packing__last_step", "fault")
        return [(State(state), step or "", fault, number) for state, step, fault, number in found]

    def failed_mails(self) -> list[tuple[StrOrPromise, int]]:
        """Count mails about orders that failed for good in these days, by kind."""
        given_up = (Message.State.FAILED, Message.State.REFUSED)
        failed = Message.objects.filter(state__in=given_up, order__isnull=False)
        found = _most_frequent(failed.filter(next_attempt_at__gte=self.bounds[0]), "kind")
        return [(Message.Kind(kind).label, number) for kind, number in found]

    def failed_webhooks(self) -> list[tuple[Any, ...]]:
        """Count webhooks that failed for good in these days, by receiver."""
        failed = Delivery.objects.filter(state=Delivery.State.FAILED)
        return _most_frequent(failed.filter(next_attempt_at__gte=self.bounds[0]), "receiver")


def _most_frequent(rows: QuerySet[Any], *columns: str) -> list[tuple[Any, ...]]:
    """Count `rows` by `columns`; the first MOST_LINES, largest number first."""
    counted = rows.order_by().values_list(*columns).annotate(number=Count("pk"))
    return list(counted.order_by("-number", *columns)[:MOST_LINES])
