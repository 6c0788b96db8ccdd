"""Counts of waiting orders by group and age, up to MOST."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from portal.backoffice.filters import AGES, DONE, GROUPS
from shop.orders.attention import OrderSlice
from shop.orders.models import Order, State

MOST = 1000
# Without the groups of what is done, which are always large.
COUNTED = [name for name in GROUPS if name not in DONE]


@dataclass(frozen=True)
class Counts:
    """Numbers of orders by group, and of those that need a person by age."""

    now: datetime = field(default_factory=timezone.now)
    numbers: dict[str, int] = field(default_factory=dict)

    def shown(self) -> dict[str, str]:
        """Return the numbers as pages show them."""
        return {name: f"{MOST}+" if n > MOST else str(n) for name, n in self.numbers.items()}

    @property
    def version(self) -> str:
        """Return a string that changes with the numbers."""
        return "-".join(str(number) for number in self.numbers.values())


def count_waiting() -> Counts:
    """Count now: five queries, each by an index and over at most MOST + 1 rows."""
    counts = Counts()
    oldest: dict[tuple[State, bool | None], list[datetime]] = {}

    def count(part: OrderSlice, longer_than: timedelta) -> int:
        key = (part.state, part.complete)
        if key not in oldest:
            all_of_it = Order.objects.filter(OrderSlice(*key).where(counts.now)).order_by(
                "updated_at"
            )
            oldest[key] = list(all_of_it.values_list("updated_at", flat=True)[: MOST + 1])
        before = counts.now - max(longer_than, part.longer_than or timedelta())
        return bisect_right(oldest[key], before)

    for name in COUNTED:
        counts.numbers[name] = sum(count(part, timedelta()) for part in GROUPS[name][1])
    for name, (age, _label) in AGES.items():
        counts.numbers[name] = sum(count(part, age) for part in GROUPS["person"][1])
    return counts
