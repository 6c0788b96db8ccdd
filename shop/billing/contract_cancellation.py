"""Cancelling a subscription, and taking that back until its last day (contract, "Cancelling")."""

from datetime import date, datetime

from shop.billing.declaration_rows import Declaration
from shop.billing.models import Subscription
from shop.tenancy.models import User


def end_if_cancelled(
    subscription: Subscription, *, wished: date | None = None, declared_on: date | None = None
) -> date:
    """The last day of a subscription that is cancelled on a day; without one, today."""
    raise NotImplementedError


def cancel_contract(
    subscription: Subscription,
    *,
    by: User | None,
    wished: date | None = None,
    declared_at: datetime | None = None,
    declaration: Declaration | None = None,
    reason: str = "",
) -> bool:
    """Cancel a subscription; a planned change of it is undone. False where it was meanwhile."""
    raise NotImplementedError


def take_back(subscription: Subscription, by: User) -> bool:
    """Take a cancellation back, until the last day of the contract; False where it is too late."""
    raise NotImplementedError
