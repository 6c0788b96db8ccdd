"""Failures in groups: those of one code at one step belong together.

Each query reads a range of an index, and at most the newest MOST attempts of it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Coalesce

from portal.backoffice.failures.failure_windows import BUCKETS, Window
from portal.backoffice.reports.charts import Chart, stacked
from shop.orders.corrections import STUCK
from shop.orders.models import Order
from shop.packing.models import AttemptRecord, StepWork

MOST = 10_000  # attempts that are counted
FAMILIES = 12
TIERS = 12
BAR_HEIGHT = 60


class GroupKey(NamedTuple):
    """The code of a failure, and the step at which orders stopped; "" is a gate."""

    fault: str
    step: str


@dataclass
class FailureGroup:
    """The failures of one code at one step in a window, and the orders that are stuck so now."""

    key: GroupKey
    stuck: int = 0
    attempts: int = 0
    orders: set[int] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    parts: Counter[int] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)

    @property
    def error(self) -> str:
        """Return the error that most of its attempts ended with."""
        return next((family for family, _number in self.families.most_common(1)), "")

    def add(self, order: int, ended_at: datetime, family: str, part: int) -> None:
        """Count an attempt; the newest comes first."""
        self.attempts += 1
        self.orders.add(order)
        self.last = self.last or ended_at
        self.first = ended_at
        self.parts[part] += 1
        self.families[family] += 1

    def bars(self, window: Window) -> Chart:
        """Return the number of attempts in each part of the window."""
        columns = [[float(self.parts[part])] for part in range(BUCKETS[window.name])]
        return stacked(columns, ["fault"], height=BAR_HEIGHT)


def failure_groups(window: Window) -> tuple[list[FailureGroup], bool]:
    """Return the groups of a window, and those in which orders are stuck now.

    Those with most failed attempts come first. True: there were more attempts than are counted.
    """
    found, has_more = _counted(_ended(window).exclude(fault=""), window)
    for key, number in stuck_by_group().items():
        found.setdefault(key, FailureGroup(key)).stuck = number
    groups = sorted(found.values(), key=lambda each: (-each.attempts, -each.stuck, each.key))
    return groups, has_more


def failure_group(key: GroupKey, window: Window) -> tuple[FailureGroup, bool]:
    """Return one group (its fault is not ""). True: there were more attempts than are counted."""
    found, has_more = _counted(attempts_of(key, window), window)
    group = found.get(key, FailureGroup(key))
    group.stuck = stuck_orders(key).count()
    return group, has_more


def stuck_by_group() -> dict[GroupKey, int]:
    """Count the orders that are stuck, by code and step."""
    stuck = Order.objects.filter(state__in=STUCK).order_by()
    counted = stuck.values_list("fault", "packing__last_step").annotate(Count("pk"))
    numbers: Counter[GroupKey] = Counter()
    for fault, step, number in counted:
        numbers[GroupKey(fault, step or "")] += number
    return dict(numbers)


def stuck_orders(key: GroupKey) -> QuerySet[Order]:
    """Return the orders that are stuck with this code at this step."""
    # By an expression, so that SQLite begins with the few orders and not with all packing records.
    at_step = Coalesce("packing__last_step", Value(""))
    stuck = Order.objects.filter(state__in=STUCK, fault=key.fault)
    if key.fault:
        stuck = stuck.filter(fault__gt="")  # the index holds only these
    return stuck.alias(at_step=at_step).filter(at_step=key.step)


def attempts_of(key: GroupKey, window: Window) -> QuerySet[AttemptRecord]:
    """Return the attempts of a group in a window."""
    return _ended(window).filter(fault=key.fault, step=key.step)


def families(key: GroupKey, window: Window) -> list[tuple[str, str, int]]:
    """Return the errors of a group without what differs: text, kind, number; most often first."""
    newest = attempts_of(key, window).order_by("-ended_at").values("pk")[:MOST]
    ours = AttemptRecord.objects.filter(pk__in=newest, order__isnull=False)
    counted = ours.order_by().values_list("family", "kind")
    rows = counted.annotate(number=Count("pk")).order_by("-number", "family")[:FAMILIES]
    return [
        (family, str(StepWork.ErrorKind(kind).label) if kind else "", number)
        for family, kind, number in rows
    ]


def tiers_and_programs(orders: Iterable[int]) -> list[tuple[str, str, int]]:
    """Count some orders by tier and by the application that placed them; most first."""
    some = sorted(orders)[-1000:]
    counted = (
        Order.objects.filter(pk__in=some).order_by().values_list("tier_name", "application__name")
    )
    rows = counted.annotate(number=Count("pk")).order_by("-number", "tier_name")[:TIERS]
    return [(tier, program or "", number) for tier, program, number in rows]


def _ended(window: Window) -> QuerySet[AttemptRecord]:
    return AttemptRecord.objects.filter(ended_at__gte=window.begins, ended_at__lte=window.ends)


def _counted(
    attempts: QuerySet[AttemptRecord], window: Window
) -> tuple[dict[GroupKey, FailureGroup], bool]:
    columns = ("order", "ended_at", "fault", "step", "family")
    rows = attempts.order_by("-ended_at").values_list(*columns)[: MOST + 1]
    groups: dict[GroupKey, FailureGroup] = {}
    for order, ended_at, fault, step, family in (newest := list(rows))[:MOST]:
        if order is None:  # of a run of a contract's steps
            continue
        key = GroupKey(fault, step)
        group = groups.setdefault(key, FailureGroup(key))
        group.add(order, ended_at, family, window.part_of(ended_at))
    return groups, len(newest) > MOST
