"""The history of subscriptions: an event is written and told in the transaction of what happened."""

from typing import Any

from shop.billing.models import Subscription
from shop.billing.signals import subscription_event
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.tenancy.models import User

Kind = SubscriptionEvent.Kind


def record_event(
    subscription: Subscription,
    kind: Kind,
    actor: User | None = None,
    change: TierChange | None = None,
    **details: Any,
) -> SubscriptionEvent:
    """Write an event of `subscription`, which is as it is now, and tell the rooms above."""
    event = SubscriptionEvent.objects.create(
        subscription=subscription, kind=kind, actor=actor, change=change, details=details
    )
    subscription_event.send(sender=Subscription, event=event)
    return event


tell = record_event
