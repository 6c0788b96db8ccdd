"""Counts of waiting orders by group and age, up to MOST."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from portal.backoffice.filters import AGES, DONE, GROUPS
from shop.orders.attention import OrderSlice
from shop.orders.models import Order, State

MOST = 1000


@dataclass(frozen=True)
class Counts:
    """Numbers of orders by group, and of those that need a person by age."""

    numbers: dict[str, int]

    def shown(self) -> dict[str, str]:
        """Return the numbers as pages show them."""
        return {name: f"{MOST}+" if n > MOST else str(n) for name, n in self.numbers.items()}

    @property
    def version(self) -> str:
        """Return a string that changes with the numbers."""
        return "-".join(str(number) for number in self.numbers.values())


def count_waiting() -> Counts:
    """Count now: five queries, each by an index and over at most MOST + 1 rows."""
    now = timezone.now()
    oldest: dict[tuple[State, bool | None], list[datetime]] = {}

    def count(group: str, longer_than: timedelta) -> int:
        number = 0
        for part in GROUPS[group][1]:
            key = (part.state, part.complete)
            if key not in oldest:
                orders = Order.objects.filter(OrderSlice(*key).where(now)).order_by("updated_at")
                oldest[key] = list(orders.values_list("updated_at", flat=True)[: MOST + 1])
            before = now - max(longer_than, part.longer_than or timedelta())
            number += bisect_right(oldest[key], before)
        return number

    # Without the groups of what is done, which are always large.
    numbers = {name: count(name, timedelta()) for name in GROUPS if name not in DONE}
    return Counts(numbers | {name: count("person", age) for name, (age, _label) in AGES.items()})
