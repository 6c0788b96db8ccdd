"""Backlogs: what is to be sent and is not sent yet, counted for `/metrics` and the staff's page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

WAITING = "waiting"


@dataclass(frozen=True)
class Backlog:
    """Numbers of rows, and when the oldest is due, by the columns that were asked for and state."""

    found: dict[tuple[Any, ...], tuple[int, datetime]]

    def number(self, *key: Any) -> int:
        """Return the number of rows with these values; those that are left out count as any."""
        ends = len(key)
        return sum(number for values, (number, _due) in self.found.items() if values[-ends:] == key)

    @property
    def lag(self) -> timedelta:
        """Return for how long the oldest waiting row has been due; nothing if none is."""
        now = timezone.now()
        dues = (due for (*_key, state), (_number, due) in self.found.items() if state == WAITING)
        return max(now - min(dues, default=now), timedelta())


def backlog(rows: QuerySet[Any], states: Collection[str], *columns: str) -> Backlog:
    """Count leased `rows` in `states` by `columns` and state. One query along an index."""
    counted = rows.filter(state__in=states).order_by().values_list(*columns, "state")
    return Backlog(
        {
            tuple(key): (number, due)
            for *key, number, due in counted.annotate(Count("pk"), Min("next_attempt_at"))
        }
    )
