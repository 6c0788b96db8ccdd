"""Overview of the last weeks: charts for a glance, tables for the numbers, each with its rows."""

from collections.abc import Sequence
from datetime import date
from math import log1p
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.backoffice.billing.invoice_filters import InvoiceFilter
from portal.backoffice.contracts.contract_queue import waiting_contracts
from portal.backoffice.queue.filters import GROUPS
from portal.backoffice.reports.charts import stacked
from portal.backoffice.reports.open_problems import stuck_orders, unsent
from portal.backoffice.reports.statistics import SAMPLE, WEEK, WEEKS, LastWeeks, Times
from portal.backoffice.staff_access import permission_required, staff_user
from shop.catalogue.models import Product
from shop.tenancy.email_conflicts import users_in_conflict

# The parts of a bar, from the ground up, as groups of the queue; each is a CSS class.
PILES = {
    "good": ("packed",),
    "wait": ("details", "pending", "packing"),
    "fault": ("has_packing_errors", "need_human"),
    "past": ("cancelled",),
}
COLUMNS = [group for groups in PILES.values() for group in groups]
SMALL = 28  # height of a tier's chart
MAX_CONFLICTS = 50
INVOICES = "billing.view_invoice"


class Number(NamedTuple):
    """A number, and the list of exactly what it counts; "" for none at all."""

    number: int
    url: str


@permission_required("orders.view_order")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show orders by day, state and tier, packing times, revenue and what is stuck."""
    weeks, staff = LastWeeks(), staff_user(request)
    sees_invoices = staff.has_perm(INVOICES)
    context = {
        "conflicts": users_in_conflict()[:MAX_CONFLICTS],
        "contracts": waiting_contracts(),
        "weeks": weeks,
        "number_of_weeks": WEEKS,
        "currencies": weeks.currencies if sees_invoices else [],
        "by_week": _by_week(weeks, weeks.currencies if sees_invoices else []),
        "tiers": _tiers(weeks),
        "stuck": stuck_orders(),
        "unsent": unsent(staff),
        "revenue": _revenue(weeks) if sees_invoices else [],
        **_placed(weeks),
        **_packing_times(weeks),
    }
    return render(request, "backoffice/overview.html", context)


def _orders(weeks: LastWeeks, days: Sequence[date], group: str = "", tier: str = "") -> Number:
    query = {"show": group or "all", "from": days[0], "to": days[-1], "tier": tier}
    number = weeks.number(days, group, tier)
    named = urlencode([(name, value) for name, value in query.items() if value])
    return Number(number, f"{reverse('staff')}?{named}" if number else "")


def _placed(weeks: LastWeeks) -> dict[str, Any]:
    """Return the orders by day and group, as a table and a chart with the weeks before."""
    piles = [
        [sum(weeks.number([day], group) for group in groups) for groups in PILES.values()]
        for day in weeks.days
    ]
    before = [weeks.number([day]) for day in weeks.before]
    rows = [
        (day, [_orders(weeks, [day], group) for group in COLUMNS], _orders(weeks, [day]), earlier)
        for day, earlier in zip(weeks.days, before, strict=True)
    ]
    return {
        "groups": [GROUPS[group][0] for group in COLUMNS],
        "by_day": rows[::-1],
        "totals": [_orders(weeks, weeks.days, group) for group in COLUMNS],
        "total": _orders(weeks, weeks.days),
        "total_before": sum(before),
        "placed_chart": stacked(piles, list(PILES), marks=before),
        "piles": [
            (kind, ", ".join(str(GROUPS[group][0]) for group in groups))
            for kind, groups in PILES.items()
        ],
    }


def _by_week(weeks: LastWeeks, currencies: list[str]) -> list[dict[str, Any]]:
    """Return the figures of each week, each compared with the week before it."""
    every, lines = [*weeks.before, *weeks.days], []
    for days in weeks.weeks():
        start = every.index(days[0])
        before = every[start - WEEK : start]
        took = [each for times in weeks.times if times.day in days for each in times.took]
        done = _orders(weeks, days, "packed")
        lines.append(
            {
                "from": days[0],
                "to": days[-1],
                "placed": _orders(weeks, days),
                "change": _change(weeks.number(days), weeks.number(before)),
                "done": done,
                "times": Times.of(days[0], done.number, took),
                "revenue": [
                    (
                        Number(weeks.net_cents(days, currency), _invoices(days)),
                        _change(weeks.net_cents(days, currency), weeks.net_cents(before, currency)),
                        currency,
                    )
                    for currency in currencies
                ],
            }
        )
    return lines


def _change(now: int, before: int) -> str:
    """Return the change in percent, such as "+12"; "" where there is nothing to compare with."""
    change = f"{round(100 * (now - before) / before):+d}" if before > 0 else ""
    return change.replace("-", "\N{MINUS SIGN}")


def _tiers(weeks: LastWeeks) -> list[dict[str, Any]]:
    tiers: list[dict[str, Any]] = [
        {
            "code": code,
            "name": name,
            "numbers": [weeks.number([day], tier=code) for day in weeks.days],
            "total": _orders(weeks, weeks.days, tier=code),
            "before": weeks.number(weeks.before, tier=code),
        }
        for code, name in Product.objects.values_list("code", "name")
    ]
    top = max((max(tier["numbers"]) for tier in tiers), default=0)
    for tier in tiers:
        columns = [[number] for number in tier["numbers"]]
        tier["chart"] = stacked(columns, ["good"], top=top, height=SMALL)
    return tiers


def _packing_times(weeks: LastWeeks) -> dict[str, Any]:
    rows = [(times, _orders(weeks, [times.day], "packed")) for times in weeks.times]
    return {
        "sample": SAMPLE,
        "times": rows[::-1],
        "times_chart": stacked([_pile(each) for each in weeks.times], ["good", "past"]),
        "slowest": max((each.slow or 0) for each in weeks.times),
    }


def _pile(times: Times) -> list[float]:
    """Return the heights of a bar on a log scale, so that one bad day does not hide the rest."""
    if times.middle is None or times.slow is None:
        return [0, 0]
    middle, slow = log1p(times.middle), log1p(times.slow)
    return [middle, slow - middle]


def _revenue(weeks: LastWeeks) -> list[dict[str, Any]]:
    """Return what was invoiced by day, for each currency, with the weeks before."""
    revenue = []
    for currency in weeks.currencies:
        cents = [weeks.net_cents([day], currency) for day in weeks.days]
        before = [weeks.net_cents([day], currency) for day in weeks.before]
        rows = [
            (day, Number(now, _invoices([day]) if now else ""), earlier)
            for day, now, earlier in zip(weeks.days, cents, before, strict=True)
        ]
        chart = stacked(
            [[max(each, 0)] for each in cents], ["good"], marks=[max(each, 0) for each in before]
        )
        sums = (Number(sum(cents), _invoices(weeks.days)), sum(before))
        each = {"currency": currency, "rows": rows[::-1], "chart": chart, "sums": sums}
        revenue.append({**each, "top": max([*cents, *before, 0])})
    return revenue


def _invoices(days: Sequence[date]) -> str:
    span = InvoiceFilter(since=days[0].isoformat(), until=days[-1].isoformat())
    return f"{reverse('staff_invoices')}?{span.as_query()}"
