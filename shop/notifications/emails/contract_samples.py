"""Made-up contracts for previews of mails. Nothing here is written to the database."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from shop.billing.models import Subscription
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.catalogue.models import Product
from shop.notifications.emails.invoice_samples import sample_subscription
from shop.notifications.emails.samples import NO_PK


def event_sample(kind: SubscriptionEvent.Kind, days: int = 30, **change: Any) -> dict[str, Any]:
    """Return the fields of a message about an event of a contract that ends in some days.

    `change` are the columns of the event's change.
    """
    subscription = _sample_contract(days)
    event = SubscriptionEvent(
        pk=NO_PK, subscription=subscription, kind=kind, at=timezone.now(), details={}
    )
    if change:
        event.change = _sample_change(subscription, **change)
    return {"details": {"event": event}}


def soon_sample(days: int) -> dict[str, Any]:
    """Return the fields of a message that a contract ends in some days."""
    return {"details": {"subscription": _sample_contract(days), "days": days}}


def _sample_contract(days: int = 30) -> Subscription:
    today = timezone.localdate()
    return sample_subscription(
        product=Product(name="Commercial"),
        list_cents=4900,
        currency="EUR",
        started_on=today,
        anchor_on=today,
        next_period_on=today + timedelta(days=days + 1),
        cancelled_at=timezone.now(),
        ends_on=today + timedelta(days=days),
    )


def _sample_change(subscription: Subscription, **fields: Any) -> TierChange:
    defaults = {
        "pk": NO_PK,
        "subscription": subscription,
        "old_product": Product(name="Commercial"),
        "product": Product(name="Studio"),
        "old_interval": "month",
        "interval": "month",
        "old_list_cents": 4900,
        "list_cents": 9900,
        "from_on": subscription.next_period_on,
    }
    return TierChange(**{**defaults, **fields})
