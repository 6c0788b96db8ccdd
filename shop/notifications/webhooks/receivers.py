"""Signal receivers: queue webhooks when something happens, redact them when people are erased."""

import json
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from shop.billing.models import Invoice, Subscription
from shop.billing.signals import (
    invoice_issued,
    invoice_overdue,
    invoice_paid,
    subscription_event,
    subscription_started,
)
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.notifications.webhooks.events import (
    queue_events,
    queue_invoice_event,
    queue_order_events,
    queue_subscription_event,
    queue_subscriptions_started,
)
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.models import Order, State
from shop.orders.order_erasure import orders_erased
from shop.orders.order_fields import ERASED, ERASED_AT_EXPIRY
from shop.orders.signals import order_corrected, orders_emptied
from shop.orders.states import state_changed
from shop.tenancy.joining import member_joined
from shop.tenancy.models import Membership

# Of the buyer on an invoice. The invoice itself is kept as it was issued.
PERSONAL_OF_BUYER = ("name", "email", "street", "street2", "vat_id")

Kind = SubscriptionEvent.Kind
# By what happened to a subscription; the rest of its history is nobody's business outside.
SUBSCRIPTION_EVENTS: dict[str, str] = {
    Kind.CHANGE_PLANNED: "subscription.changed",
    Kind.CHANGED: "subscription.changed",
    Kind.TAKEN_BACK: "subscription.changed",
    Kind.CANCELLED: "subscription.cancelled",
    Kind.WITHDRAWN: "subscription.cancelled",  # and then it ends
    Kind.ENDED: "subscription.ended",
}


@receiver(state_changed)
def queue_webhooks(
    sender: type[Order], orders: Sequence[Order], previous: State | None, **kwargs: Any
) -> None:
    """Queue the webhooks for this change of state, in its transaction."""
    queue_events(orders, previous)


@receiver(order_corrected)
def queue_corrected(sender: type[Order], order: Order, **kwargs: Any) -> None:
    """Queue the webhooks for an order of which members were filled in or changed."""
    queue_order_events("order.corrected", [order])


@receiver(member_joined)
def queue_joined(sender: type[Membership], membership: Membership, **kwargs: Any) -> None:
    """Queue the webhooks for the orders that have invited somebody who has joined now."""
    invited_by = Order.objects.filter(invitation__membership=membership)
    queue_order_events("order.member_joined", invited_by.exclude(application=None))


@receiver(orders_emptied)
def queue_erased(sender: type[Order], orders: Sequence[int], **kwargs: Any) -> None:
    """Queue the webhooks for orders whose details were erased, and erase them from earlier ones."""
    for order in Order.objects.filter(pk__in=orders, application__isnull=False):
        _erase([order.pk], [name for name in ERASED_AT_EXPIRY if not getattr(order, name)])
    queue_order_events(
        "order.erased", Order.objects.filter(pk__in=orders, application__isnull=False)
    )


@receiver(subscription_started)
def queue_started(
    sender: type[Subscription], subscriptions: Sequence[Subscription], **kwargs: Any
) -> None:
    """Queue the webhooks for subscriptions that have begun."""
    queue_subscriptions_started(subscriptions)


@receiver(subscription_event)
def queue_subscription_webhooks(
    sender: type[Subscription], event: SubscriptionEvent, **kwargs: Any
) -> None:
    """Queue the webhooks for a change, cancellation or end of a subscription."""
    if told := SUBSCRIPTION_EVENTS.get(event.kind):
        queue_subscription_event(told, event.subscription)


@receiver(invoice_issued)
def queue_issued(sender: type[Invoice], invoice: Invoice, **kwargs: Any) -> None:
    """Queue the webhooks for an invoice or credit note that was issued."""
    queue_invoice_event("invoice.issued", invoice)


@receiver(invoice_paid)
def queue_paid(sender: type[Invoice], invoice: Invoice, **kwargs: Any) -> None:
    """Queue the webhooks for an invoice of which nothing is open any more."""
    queue_invoice_event("invoice.paid", invoice)


@receiver(invoice_overdue)
def queue_overdue(sender: type[Invoice], invoice: Invoice, **kwargs: Any) -> None:
    """Queue the webhooks for an invoice that has become overdue."""
    queue_invoice_event("invoice.overdue", invoice)


@receiver(orders_erased)
def erase_person(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Remove the person from the webhooks of these orders."""
    _erase(orders, ERASED)


def _erase(orders: Sequence[int], members: Sequence[str]) -> None:
    """Unset these members of the order, and the buyer, in the webhooks of `orders`."""
    Attempt.objects.filter(delivery__order__in=orders).update(answer="")
    for delivery in Delivery.objects.filter(order__in=orders):
        event = json.loads(delivery.payload)
        data = event["data"]
        if "order" in data:
            data["order"] |= dict.fromkeys(members)
        if "invoice" in data:
            data["invoice"]["buyer"] |= dict.fromkeys(PERSONAL_OF_BUYER)
        # A webhook that still waits goes out without them.
        Delivery.objects.filter(pk=delivery.pk).update(payload=json.dumps(event))
