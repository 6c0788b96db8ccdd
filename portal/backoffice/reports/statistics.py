"""Statistics of the last weeks; every query is bounded by days and uses an index."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.functional import cached_property

from shop.billing.figures import net_by_day
from shop.catalogue.models import Product
from shop.orders.archived_order import ArchivedOrder
from shop.orders.models import PLACED_STATES, Order, OrderEvent, State

WEEK = 7
WEEKS = 4
DAYS = WEEKS * WEEK
SAMPLE = 500  # orders of a day whose times are read; of more, an evenly spaced sample


@dataclass(frozen=True)
class Times:
    """Times from being placed to being packed, for the orders of a day, or of some days from it."""

    day: date
    packed: int
    middle: float | None = None  # seconds
    slow: float | None = None  # seconds; 95 of 100 took no longer
    took: tuple[float, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def of(cls, day: date, packed: int, took: Sequence[float]) -> "Times":
        """Return the times of `packed` orders, of which those in `took` were measured."""
        if not took:
            return cls(day, packed)
        ordered = sorted(took)
        slow = ordered[ceil(len(ordered) * 0.95) - 1]
        return cls(day, packed, median(ordered), slow, tuple(ordered))


class LastWeeks:
    """The last WEEKS weeks including today, and those before, in the shop's time zone."""

    def __init__(self) -> None:
        today = timezone.localdate()
        every = [today - timedelta(days=back) for back in reversed(range(2 * DAYS))]
        self.before, self.days = every[:DAYS], every[DAYS:]
        midnights = [*every, today + timedelta(days=1)]
        self.bounds = [timezone.make_aware(datetime.combine(day, time())) for day in midnights]

    @cached_property
    def placed(self) -> dict[tuple[date, str, str], int]:
        """Count placed orders by day, group of the queue and tier; also the weeks before."""
        every = [*self.before, *self.days]
        days = [When(created_at__lt=end, then=Value(n)) for n, end in enumerate(self.bounds[1:])]
        day_of = Case(*days, output_field=IntegerField())
        in_time = Q(created_at__gte=self.bounds[0], created_at__lt=self.bounds[-1])
        kinds = (
            (Order.objects.all(), F("complete")),
            # Whoever looks at past weeks sees the numbers that were there before archiving.
            (ArchivedOrder.objects.all(), Value(True)),
        )
        found = [
            row
            for orders, complete in kinds
            for row in orders.filter(in_time, state__in=PLACED_STATES)
            .annotate(day=day_of, is_complete=complete)
            .order_by()
            .values_list("day", "state", "is_complete", "product")
            .annotate(number=Count("pk"))
        ]
        codes = dict(Product.objects.values_list("pk", "code"))
        counts = Counter[tuple[date, str, str]]()
        for day, state, complete, tier, number in found:
            counts[every[day], group_of(State(state), complete), codes[tier]] += number
        return dict(counts)

    @cached_property
    def _sums(self) -> Counter[tuple[date, str, str]]:
        """Sum up `placed` of each day over groups and tiers; "" stands for all of them."""
        sums = Counter[tuple[date, str, str]]()
        for (day, group, tier), number in self.placed.items():
            for key in ((group, tier), (group, ""), ("", tier), ("", "")):
                sums[day, *key] += number
        return sums

    def number(self, days: Sequence[date], group: str = "", tier: str = "") -> int:
        """Return how many orders were placed on `days`, of a group and a tier or of all."""
        return sum(self._sums[day, group, tier] for day in days)

    @cached_property
    def times(self) -> list[Times]:
        """Measure packing times by the day on which the orders were placed."""
        days = zip(self.days, pairwise(self.bounds[DAYS:]), strict=True)
        return [self._times(day, *bounds) for day, bounds in days]

    def _times(self, day: date, start: datetime, end: datetime) -> Times:
        packed = self.number([day], "packed")
        if not packed:
            return Times(day, 0)
        chosen = (
            Order.objects.filter(state=State.PACKED, created_at__gte=start, created_at__lt=end)
            .annotate(turn=F("pk") % ceil(packed / SAMPLE))
            .filter(turn=0, events__kind=OrderEvent.Kind.STATE, events__state=State.PACKED)
        )
        rows = chosen.order_by().values_list("created_at", "events__at")
        return Times.of(day, packed, [(ended - began).total_seconds() for began, ended in rows])

    @cached_property
    def net(self) -> dict[tuple[date, str], int]:
        """Return the net cents invoiced by day and currency; also the weeks before."""
        return net_by_day(self.before[0], self.days[-1])

    @cached_property
    def currencies(self) -> list[str]:
        """Return the currencies in which anything was invoiced."""
        return sorted({currency for _day, currency in self.net})

    def net_cents(self, days: Sequence[date], currency: str) -> int:
        """Return the net cents invoiced on `days`."""
        return sum(self.net.get((day, currency), 0) for day in days)

    def weeks(self) -> list[list[date]]:
        """Return the days of each week, the latest week first."""
        return [self.days[start : start + WEEK] for start in range(0, DAYS, WEEK)][::-1]


def group_of(state: State, complete: bool) -> str:
    """Return the name of the group of the queue that an order of this state is in."""
    return "details" if state == State.PENDING and not complete else str(state)
