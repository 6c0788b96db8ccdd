"""Overview of the last weeks: charts for a glance, tables for the numbers."""

from dataclasses import dataclass
from math import log1p
from typing import assert_never

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.charts import Chart, stacked
from portal.backoffice.formatting import duration
from portal.backoffice.staff_access import permission_required
from portal.backoffice.statistics import DAYS, SAMPLE, Last30Days, Times
from shop.catalogue.models import Product
from shop.orders.models import PLACED_STATES, State

# The parts of a bar, from the ground up; each is a CSS class.
KINDS = ("good", "wait", "fault", "past")


def _kind(state: State) -> str | None:
    match state:
        case State.PACKED:
            return "good"
        case State.PENDING | State.PACKING:
            return "wait"
        case State.NEED_HUMAN | State.HAS_PACKING_ERRORS:
            return "fault"
        case State.CANCELLED:
            return "past"
        case State.NEW:
            return None
        case unknown:
            assert_never(unknown)


PILES = {kind: tuple(state for state in State if _kind(state) == kind) for kind in KINDS}
SMALL = 28  # height of a tier's chart


@dataclass(frozen=True)
class Tier:
    """Orders of a tier by day."""

    code: str
    name: str
    numbers: list[int]
    chart: Chart

    @property
    def total(self) -> int:
        """Return the sum of all days."""
        return sum(self.numbers)


@permission_required("orders.view_order")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show orders by day, state and tier, packing times and failures."""
    weeks = Last30Days()
    times = weeks.times()
    numbers = [[weeks.number(day, states) for states in PILES.values()] for day in weeks.days]
    context = {
        "weeks": weeks,
        "days": DAYS,
        "sample": SAMPLE,
        "first": weeks.days[0],
        "last": weeks.days[-1],
        "states": PLACED_STATES,
        "by_state": [
            (day, [weeks.number(day, (state,)) for state in PLACED_STATES], weeks.number(day))
            for day in reversed(weeks.days)
        ],
        "totals": [weeks.number(states=(state,)) for state in PLACED_STATES],
        "placed_chart": stacked(numbers, list(PILES)),
        "piles": [
            (kind, ", ".join(str(state.label) for state in states))
            for kind, states in PILES.items()
        ],
        "tiers": _tiers(weeks),
        "times": list(reversed(times)),
        "times_chart": stacked([_pile(each) for each in times], ["good", "past"]),
        "times_top": duration(max((each.slow or 0) for each in times)),
        "failures": weeks.failures(),
        "mails": weeks.failed_mails(),
        "webhooks": weeks.failed_webhooks(),
    }
    return render(request, "backoffice/overview.html", context)


def _tiers(weeks: Last30Days) -> list[Tier]:
    tiers = list(Product.objects.values_list("code", "name"))
    numbers = [[weeks.number(day, tier=code) for day in weeks.days] for code, _name in tiers]
    top = max((max(each) for each in numbers), default=0)
    return [
        Tier(code, name, each, stacked([[n] for n in each], ["good"], top=top, height=SMALL))
        for (code, name), each in zip(tiers, numbers, strict=True)
    ]


def _pile(times: Times) -> list[float]:
    """Return the heights of a bar on a log scale, so that one bad day does not hide the rest."""
    if times.middle is None or times.slow is None:
        return [0, 0]
    middle, slow = log1p(times.middle), log1p(times.slow)
    return [middle, slow - middle]
