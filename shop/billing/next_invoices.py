"""The next invoice of a subscription, with what was announced or planned for its period."""

from copy import copy
from dataclasses import dataclass
from datetime import date

from shop.billing.models import Subscription
from shop.billing.tier_change_rows import TierChange


@dataclass(frozen=True)
class NextInvoice:
    """The first day of the next period that is invoiced, and its net price in cents."""

    on: date
    net_cents: int
    interval: str


def next_invoice(subscription: Subscription) -> NextInvoice | None:
    """The next invoice of a subscription; None: none comes, as it is free or ends before.

    Reads its `tier_changes` and `price_changes`, which may be prefetched.
    """
    start = subscription.next_period_on
    if start is None or (subscription.ends_on and start > subscription.ends_on):
        return None
    then = _as_of(subscription, start)
    if not then.list_cents:
        return None
    return NextInvoice(start, then.net_cents_on(start), then.interval)


def change_under_way(subscription: Subscription) -> TierChange | None:
    """The change of tier that is planned or waits for approval; None: there is none."""
    states = (TierChange.State.PLANNED, TierChange.State.APPROVAL)
    return next((each for each in subscription.tier_changes.all() if each.state in states), None)


def _as_of(subscription: Subscription, start: date) -> Subscription:
    """A copy of the subscription as it is in the period that begins on `start`."""
    then, change = copy(subscription), change_under_way(subscription)
    if change and change.from_on and change.from_on <= start:
        if change.interval != subscription.interval:
            then.anchor_on = change.from_on
        for name in ("interval", "list_cents", "discount_cents", "discount_ends_on"):
            setattr(then, name, getattr(change, name))
        return then
    for raised in subscription.price_changes.all():
        if raised.applied_at is None and raised.undone_at is None and raised.from_on <= start:
            then.list_cents = raised.list_cents
    return then
