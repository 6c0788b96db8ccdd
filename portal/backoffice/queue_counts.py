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
    """Count now: six queries, each by an index and over at most MOST + 1 rows."""
    now = timezone.now()
    # Of each state: when the oldest orders changed, and whether mails reach their addresses.
    oldest: dict[tuple[State | None, bool | None], list[tuple[datetime, bool]]] = {}

    def count(group: str, longer_than: timedelta) -> int:
        number = 0
        for part in GROUPS[group][1]:
            key = (part.state, part.complete)
            if key not in oldest:
                # By `unreachable` alone only where no state is given: its index is another.
                every = OrderSlice(*key, unreachable=None if part.state else part.unreachable)
                orders = Order.objects.filter(every.where(now)).order_by("updated_at")
                rows = orders.values_list("updated_at", "unreachable_since")[: MOST + 1]
                oldest[key] = [(changed, since is not None) for changed, since in rows]
            before = now - max(longer_than, part.longer_than or timedelta())
            changed = [at for at, lost in oldest[key] if part.unreachable in {None, lost}]
            number += bisect_right(changed, before)
        return number

    # Without the groups of what is done, which are always large.
    numbers = {name: count(name, timedelta()) for name in GROUPS if name not in DONE}
    return Counts(numbers | {name: count("person", age) for name, (age, _label) in AGES.items()})
