"""Withdrawal of private persons: nothing is to be paid, all that was is paid back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from shop.billing.balances import with_balance
from shop.billing.contract_cancellation import locked, write
from shop.billing.declaration_rows import Declaration
from shop.billing.models import Invoice, Subscription
from shop.billing.private_buyers import is_private_order
from shop.billing.rest_credits import credit_all
from shop.billing.signals import subscription_ended
from shop.billing.subscription_events import record_event
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.billing.tier_changes import undo_changes
from shop.customers import sells_to_everyone
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.orders.models import Order, State
from shop.tenancy.models import User

Kind = SubscriptionEvent.Kind


@dataclass(frozen=True)
class PayBack:
    """Cents of a subscription's invoices that a withdrawal credits, and that were paid of them."""

    invoiced_cents: int
    paid_cents: int


def last_day_to_withdraw(order: Order) -> date:
    """The last day, until 24:00, on which the order can be withdrawn from: the 14th after it.

    The day of the order is that on which it was placed, in the shop's zone.
    """
    placed_at = order.events.filter(state=State.PENDING).aggregate(at=Min("at"))["at"]
    placed_on = timezone.localdate(placed_at or order.created_at)
    return placed_on + timedelta(days=settings.WITHDRAWAL_DAYS)


def can_withdraw(order: Order, at: datetime) -> bool:
    """Tell if the order's buyer is a private person and the time for it is not over at a moment.

    An order that adds a member to a project is no contract of its own.
    """
    is_contract = order.project_id is None and order.state not in {State.NEW, State.CANCELLED}
    if not (sells_to_everyone() and is_contract and is_private_order(order)):
        return False
    return timezone.localdate(at) <= last_day_to_withdraw(order)


def to_pay_back(subscription: Subscription) -> PayBack:
    """The sums that a withdrawal credits and that are then to be paid back."""
    invoices = subscription.invoices.filter(kind=Invoice.Kind.INVOICE)
    sums = with_balance(invoices.order_by()).values_list(
        "gross_cents", "credited_cents", "paid_cents", "refunded_cents"
    )
    return PayBack(
        invoiced_cents=sum(gross - credited for gross, credited, _paid, _refunded in sums),
        paid_cents=sum(paid - refunded for _gross, _credited, paid, refunded in sums),
    )


def withdraw(
    order: Order, *, declaration: Declaration | None = None, by: User | None = None
) -> bool:
    """Credit everything and end the contract at once, or cancel an order that is not packed yet.

    It counts from the moment of declaration; without one, from now. False where that is too late,
    the buyer is no private person, or the contract was withdrawn from, or has ended, already.
    """
    moment = declaration.received_at if declaration else timezone.now()
    if not can_withdraw(order, moment):
        return False
    contract = Subscription.objects.filter(order=order).first()
    if contract is None:
        return cancel_in_any_state(order, by, by=ActedBy.CUSTOMER)
    with transaction.atomic():
        subscription = locked(contract, withdrawn_at=None)
        if subscription is None:
            return False
        write(
            subscription,
            withdrawn_at=moment,
            cancelled_at=subscription.cancelled_at or moment,
            cancelled_by=subscription.cancelled_by or by,
            ends_on=timezone.localdate(moment),
            next_period_on=None,
            waits_for="",
            waits_since=None,
        )
        undo_changes(subscription, by)
        credit_all(subscription, by)
        details: dict[str, Any] = {"declaration": declaration.pk} if declaration else {}
        record_event(subscription, Kind.WITHDRAWN, by, **details)
        write(subscription, ended_at=timezone.now())
        subscription_ended.send(sender=Subscription, subscription=subscription)
        record_event(subscription, Kind.ENDED, by)
    return True
