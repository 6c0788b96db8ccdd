"""Runs of the job that issues invoices, on days of a test's choice."""

from datetime import date
from typing import Any

from shop.billing.issuing import issue_all
from shop.billing.models import Invoice, Subscription
from tests.factories import make_subscription


def beat() -> None:
    """Nobody watches."""


def issue_on(day: date, subscription: Subscription) -> list[Invoice]:
    """All invoices of the subscription after a run on `day`, the oldest first."""
    issue_all([subscription.pk], day, beat)
    return list(subscription.invoices.order_by("pk"))


def begun_on(day: date, **fields: Any) -> Subscription:
    on_day: dict[str, Any] = {"started_on": day, "anchor_on": day, "next_period_on": day}
    return make_subscription(**on_day, **fields)


def waits(subscription: Subscription) -> tuple[str, date | None, date | None]:
    subscription.refresh_from_db()
    return subscription.waits_for, subscription.waits_since, subscription.next_period_on
