"""Runs of the job that issues invoices, on days of a test's choice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import pytest
from django.utils import timezone

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


@contextmanager
def clock_at(day: date, hour: int = 12, minute: int = 0) -> Iterator[None]:
    """Django's clock stands at a time of a day in the shop's zone."""
    moment = datetime.combine(day, time(hour, minute), timezone.get_default_timezone())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        yield


def running(day: date, **fields: Any) -> Subscription:
    """A subscription that began on `day`, whose first period is invoiced."""
    subscription = begun_on(day, **fields)
    issue_on(day, subscription)
    subscription.refresh_from_db()
    return subscription
