"""Cancelling a subscription, and taking that back until its last day (contract, "Cancelling")."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.billing.declaration_rows import Declaration
from shop.billing.models import Subscription
from shop.billing.notice_periods import end_of_contract
from shop.billing.private_buyers import is_private_contract
from shop.billing.subscription_events import RELATED, record_event
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.billing.tier_changes import undo_changes
from shop.row_locks import lock_rows
from shop.tenancy.models import User

Kind = SubscriptionEvent.Kind


def end_if_cancelled(
    subscription: Subscription, *, wished: date | None = None, declared_on: date | None = None
) -> date:
    """The last day of a subscription that is cancelled on a day; without one, today."""
    return end_of_contract(
        anchor=subscription.anchor_on,
        interval=subscription.interval,
        started_on=subscription.started_on,
        is_free=not subscription.list_cents,
        private=is_private_contract(subscription),
        declared_on=declared_on or timezone.localdate(),
        wished=wished,
    )


def cancel_contract(
    subscription: Subscription,
    *,
    by: User | None,
    wished: date | None = None,
    ends_on: date | None = None,
    declared_at: datetime | None = None,
    declaration: Declaration | None = None,
    for_good: bool = False,
    reason: str = "",
) -> bool:
    """Cancel a subscription; a planned change of it is undone. False where it was meanwhile.

    It counts from `declared_at`, also where that is past: what was invoiced for days after the end
    is credited. A declaration that is proven once somebody has cancelled can only bring the end
    forward. `ends_on` is an exact last day, staff's choice; it also moves an end that stands.
    `for_good`: the client cannot take it back, as it is not their decision.
    """
    moment = declared_at or timezone.now()
    with transaction.atomic():
        current = locked(subscription)
        if current is None:
            return False
        last_day = ends_on or end_if_cancelled(
            current, wished=wished, declared_on=timezone.localdate(moment)
        )
        comes_forward = declaration and current.ends_on and last_day < current.ends_on
        if current.cancelled_at and not (ends_on or comes_forward):
            return False
        write(current, cancelled_at=moment, cancelled_by=by, ends_on=last_day, end_told_days=None)
        if for_good:
            write(current, ended_by=by)
        undo_changes(current, by)
        details: dict[str, Any] = {"ends_on": last_day.isoformat()}
        if reason:
            details["reason"] = reason
        if declaration:
            details["declaration"] = declaration.pk
        record_event(current, Kind.CANCELLED, by, **details)
    return True


def can_take_back(subscription: Subscription, *, by_staff: bool = False) -> bool:
    """Tell if a cancellation can be taken back; what staff have decided only by staff."""
    if subscription.ended_at or subscription.withdrawn_at or subscription.cancelled_at is None:
        return False
    is_theirs = by_staff or subscription.ended_by_id is None
    ends_on = subscription.ends_on
    return is_theirs and ends_on is not None and ends_on >= timezone.localdate()


def take_back(subscription: Subscription, by: User) -> bool:
    """Take a cancellation back, until the last day of the contract; False where it is too late.

    Also where staff have ended it, and `by` is not one of them.
    """
    with transaction.atomic():
        current = locked(subscription)
        if current is None or not can_take_back(current, by_staff=by.is_staff):
            return False
        write(current, cancelled_at=None, cancelled_by=None, ended_by=None)
        write(current, ends_on=None, end_told_days=None)
        record_event(current, Kind.TAKEN_BACK, by)
    return True


def locked(subscription: Subscription, **fits: Any) -> Subscription | None:
    """The subscription as it is now, held until the transaction ends; None if it does not fit.

    It does not fit once it has ended. Whoever comes second waits, and sees what the first wrote.
    """
    if not lock_rows(Subscription.objects.filter(pk=subscription.pk, ended_at=None, **fits)):
        return None
    return Subscription.objects.select_related(*RELATED).get(pk=subscription.pk)


def write(subscription: Subscription, **columns: Any) -> None:
    """Write columns of a subscription that the transaction holds."""
    for name, value in columns.items():
        setattr(subscription, name, value)
    subscription.save(update_fields=list(columns))
