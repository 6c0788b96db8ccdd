"""Changes of a tier as they begin to count: at once, or with the period they were planned for.

Call all of this in a transaction that holds the subscription's row.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from shop.billing.change_facts import changes_under_way
from shop.billing.models import Subscription
from shop.billing.price_changes import PriceChange
from shop.billing.signals import tier_changed
from shop.billing.subscription_events import record_event
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.row_locks import lock_rows
from shop.tenancy.models import Membership, Project, User

State = TierChange.State


def locked_members(project: int) -> int:
    """The number of a project's members; nobody adds one until the transaction ends."""
    lock_rows(Project.objects.filter(pk=project))
    return Membership.objects.filter(project=project).count()


def apply_change(
    change: TierChange,
    subscription: Subscription,
    by: User | None,
    *,
    anchor_on: date,
    next_period_on: date | None,
) -> None:
    """Write the agreed tier and price to the subscription and its project, and tell it.

    `change` is applied already, or in the caller's hands. A raise that was announced for the tier
    until now is taken back.
    """
    now = timezone.now()
    # Kept for a free tier: the promotion may still count after it.
    keeps_code = change.discount_cents or not change.list_cents
    columns: dict[str, Any] = {
        "product": change.product,
        "interval": change.interval,
        "list_cents": change.list_cents,
        "discount_cents": change.discount_cents,
        "discount_ends_on": change.discount_ends_on,
        "promo_code": subscription.promo_code if keeps_code else "",
        "anchor_on": anchor_on,
        "next_period_on": next_period_on,
    }
    if next_period_on is None:  # free: nothing is left to wait for
        columns |= {"waits_for": "", "waits_since": None}
    for name, value in columns.items():
        setattr(subscription, name, value)
    subscription.save(update_fields=list(columns))
    Project.objects.filter(pk=subscription.project_id).update(product=change.product)
    subscription.project.product = change.product
    PriceChange.objects.filter(subscription=subscription, applied_at=None, undone_at=None).update(
        undone_at=now, undone_by=by
    )
    change.subscription = subscription
    record_event(subscription, SubscriptionEvent.Kind.CHANGED, by, change)
    tier_changed.send(sender=TierChange, change=change)


def apply_planned_change(subscription: Subscription, start: date) -> bool:
    """Apply what is planned for the period that begins on `start`; False where nothing is.

    Where the members no longer fit, the change is refused and the subscription goes on as it was.
    """
    planned = changes_under_way(subscription).filter(state=State.PLANNED, from_on__lte=start)
    change = planned.select_related("product").first()
    if change is None:
        return False
    now, won = timezone.now(), planned.filter(pk=change.pk)
    members, places = locked_members(subscription.project_id), change.product.members
    if members > places:
        # Undone at this very moment: whoever writes first wins.
        if won.update(state=State.REFUSED, decided_at=now):
            change.refresh_from_db()
            kind = SubscriptionEvent.Kind.CHANGE_REFUSED
            details = {"code": "no_place", "members": members, "places": places}
            record_event(subscription, kind, None, change, **details)
        return False
    if not won.update(state=State.APPLIED, applied_at=now):
        return False
    change.refresh_from_db()
    apply_change(
        change,
        subscription,
        None,
        anchor_on=subscription.anchor_on if change.interval == change.old_interval else start,
        next_period_on=start if change.list_cents else None,
    )
    return True
