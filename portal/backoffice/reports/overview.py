"""Overview of the last weeks: charts for a glance, tables for the numbers."""

from math import log1p
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.contracts.contract_queue import waiting_contracts
from portal.backoffice.reports.charts import stacked
from portal.backoffice.reports.statistics import DAYS, SAMPLE, Last30Days, Times
from portal.backoffice.staff_access import permission_required
from shop.catalogue.models import Product
from shop.orders.models import PLACED_STATES, State
from shop.tenancy.email_conflicts import users_in_conflict

# The parts of a bar, from the ground up; each is a CSS class.
PILES = {
    "good": (State.PACKED,),
    "wait": (State.PENDING, State.PACKING),
    "fault": (State.HAS_PACKING_ERRORS, State.NEED_HUMAN),
    "past": (State.CANCELLED,),
}
SMALL = 28  # height of a tier's chart
MAX_CONFLICTS = 50


@permission_required("orders.view_order")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show orders by day, state and tier, packing times and failures."""
    weeks = Last30Days()
    times = weeks.times()
    numbers = [[weeks.number(day, states) for states in PILES.values()] for day in weeks.days]
    context = {
        "conflicts": users_in_conflict()[:MAX_CONFLICTS],
        "contracts": waiting_contracts(),
        "weeks": weeks,
        "days": DAYS,
        "sample": SAMPLE,
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
        "slowest": max((each.slow or 0) for each in times),
        "failures": weeks.failures(),
        "mails": weeks.failed_mails(),
        "webhooks": weeks.failed_webhooks(),
    }
    return render(request, "backoffice/overview.html", context)


def _tiers(weeks: Last30Days) -> list[dict[str, Any]]:
    tiers: list[dict[str, Any]] = [
        {
            "code": code,
            "name": name,
            "numbers": [weeks.number(day, tier=code) for day in weeks.days],
        }
        for code, name in Product.objects.values_list("code", "name")
    ]
    top = max((max(tier["numbers"]) for tier in tiers), default=0)
    for tier in tiers:
        columns = [[number] for number in tier["numbers"]]
        tier["chart"] = stacked(columns, ["good"], top=top, height=SMALL)
        tier["total"] = sum(tier["numbers"])
    return tiers


def _pile(times: Times) -> list[float]:
    """Return the heights of a bar on a log scale, so that one bad day does not hide the rest."""
    if times.middle is None or times.slow is None:
        return [0, 0]
    middle, slow = log1p(times.middle), log1p(times.slow)
    return [middle, slow - middle]
