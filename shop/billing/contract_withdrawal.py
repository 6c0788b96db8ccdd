"""Withdrawal of private persons: nothing is to be paid, all that was is paid back."""

from dataclasses import dataclass
from datetime import date, datetime

from shop.billing.declaration_rows import Declaration
from shop.billing.models import Subscription
from shop.orders.models import Order
from shop.tenancy.models import User


@dataclass(frozen=True)
class PayBack:
    """Cents of a subscription's invoices that a withdrawal credits, and that were paid of them."""

    invoiced_cents: int
    paid_cents: int


def last_day_to_withdraw(order: Order) -> date:
    """The last day, until 24:00, on which the order can be withdrawn from: the 14th after it."""
    raise NotImplementedError


def can_withdraw(order: Order, at: datetime) -> bool:
    """Tell if the order's buyer is a private person and the time for it is not over at a moment."""
    raise NotImplementedError


def to_pay_back(subscription: Subscription) -> PayBack:
    """The sums that a withdrawal credits and that are then to be paid back."""
    raise NotImplementedError


def withdraw(
    order: Order, *, declaration: Declaration | None = None, by: User | None = None
) -> bool:
    """Credit everything and end the contract at once, or cancel an order that is not packed yet.

    False where it was withdrawn from, or has ended, already.
    """
    raise NotImplementedError
