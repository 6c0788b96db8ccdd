"""Subscriptions and their invoices on days of a test's choice."""

from datetime import date, timedelta
from typing import Any

from shop.billing.models import Invoice, Subscription
from shop.billing.periods import next_start
from tests.billing.runs import begun_on, issue_on
from tests.factories import make_seller

ONE_DAY = timedelta(days=1)


def paid_until(last_day: date, **fields: Any) -> Subscription:
    """A monthly subscription whose current period, invoiced, ends on `last_day`."""
    make_seller()
    start = last_day + ONE_DAY
    begun = date(start.year - (start.month == 1), (start.month - 2) % 12 + 1, start.day)
    subscription = begun_on(begun, **fields)
    issue_on(begun, subscription)
    subscription.refresh_from_db()
    assert subscription.next_period_on == next_start(begun, "month", begun) == start
    return subscription


def documents(subscription: Subscription) -> list[tuple[str, date, date, int]]:
    """Kind, period and net cents of what was issued for a subscription, the oldest first."""
    return [
        (str(each.kind), each.period_start, each.period_end, each.net_cents)
        for each in Invoice.objects.filter(subscription=subscription).order_by("pk")
    ]
