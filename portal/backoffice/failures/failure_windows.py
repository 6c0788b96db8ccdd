"""Spans of time in which failures are counted: the last hour, the night, the day, the week."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

LABELS: dict[str, StrOrPromise] = {
    "hour": _("Last hour"),
    "night": _("Last night"),
    "day": _("24 hours"),
    "week": _("7 days"),
}
BUCKETS = {"hour": 12, "night": 14, "day": 24, "week": 28}
EVENING, MORNING = time(18), time(8)  # in the shop's time zone


@dataclass(frozen=True)
class Window:
    """A span of time, divided into equal parts."""

    name: str
    begins: datetime
    ends: datetime

    def part_of(self, moment: datetime) -> int:
        """Return the number of the part in which `moment` is."""
        parts = BUCKETS[self.name]
        share = (moment - self.begins) / (self.ends - self.begins)
        return max(0, min(int(share * parts), parts - 1))


def window_of(name: str) -> Window:
    """Return the window of this name up to now; by default the last 24 hours."""
    now = timezone.localtime()
    if name == "night":
        morning = timezone.make_aware(datetime.combine(now.date(), MORNING))
        yesterday = now.date() - timedelta(days=1)
        evening = timezone.make_aware(datetime.combine(yesterday, EVENING))
        return Window("night", evening, min(morning, now))
    spans = {"hour": timedelta(hours=1), "week": timedelta(days=7)}
    known = name if name in spans else "day"
    return Window(known, now - spans.get(known, timedelta(days=1)), now)
