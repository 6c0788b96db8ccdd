"""Entries of a subscription's history: each is told to rooms above."""

from typing import Any

from shop.billing.models import Subscription
from shop.billing.signals import subscription_event
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.tenancy.models import User

# What an event is told with: its project, and where its mails go.
RELATED = ("order", "product", "project", "client__client_admin")


def record_event(
    subscription: Subscription,
    kind: SubscriptionEvent.Kind,
    actor: User | None = None,
    change: TierChange | None = None,
    **details: Any,
) -> SubscriptionEvent:
    """Write and tell what has happened; call it in the transaction of what happened."""
    event = SubscriptionEvent.objects.create(
        subscription=subscription, kind=kind, actor=actor, change=change, details=details
    )
    subscription_event.send(sender=SubscriptionEvent, event=event)
    return event
