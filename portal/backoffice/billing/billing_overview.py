"""Billing at a glance: what is open, what waits and why, a month's totals, recurring revenue."""

from datetime import date
from typing import Any

from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.backoffice.billing.billing_access import looker_required
from portal.backoffice.billing.invoice_filters import STATES, InvoiceFilter
from shop.billing.bank_statements import unassigned
from shop.billing.figures import month_totals, monthly_recurring_revenue
from shop.billing.models import InvoiceDispatch, Subscription
from shop.billing.overdue_cases import open_cases
from shop.billing.periods import ONE_DAY, add_months
from shop.billing.refunds import due_refunds
from shop.billing.reminders import next_reminders
from shop.billing.subscriptions import never_joined
from shop.catalogue.seller import current_seller

MONTHS = 12


@looker_required
def billing_overview(request: HttpRequest) -> HttpResponse:
    """Show the numbers of billing; each leads to its rows."""
    today = timezone.localdate()
    month = _month(request.GET.get("month", ""), today)
    context = {
        "missing": current_seller().missing(),
        "open": [
            (STATES[state], InvoiceFilter(state=state).as_query(), totals)
            for state in ("overdue", "open")
            for totals in [InvoiceFilter(state=state).totals()]
        ],
        "waiting": _waiting(),
        "never_joined": never_joined(today).count(),
        "failing": InvoiceDispatch.objects.filter(filed_at=None).exclude(last_error="").count(),
        "unassigned": unassigned().count(),
        "refunds": due_refunds().count(),
        "cases": open_cases().count(),
        "reminders": len(next_reminders(today)),
        "revenue": monthly_recurring_revenue(today).items(),
        "month": month,
        "months": [add_months(today.replace(day=1), -back) for back in range(MONTHS)],
        "totals": month_totals(month.year, month.month).items(),
        "span": InvoiceFilter(
            since=month.isoformat(), until=(add_months(month, 1) - ONE_DAY).isoformat()
        ).as_query(),
    }
    return render(request, "backoffice/billing_overview.html", context)


def _waiting() -> list[dict[str, Any]]:
    """Return how many subscriptions wait for what."""
    waiting = Subscription.objects.exclude(waits_for="").order_by("waits_for")
    rows = waiting.values(name=F("waits_for")).annotate(number=Count("pk"))
    return [{**row, "label": Subscription.WaitsFor(row["name"]).label} for row in rows]


def _month(text: str, today: date) -> date:
    """Return the first day of the month that a query string asks for, else of this one."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
