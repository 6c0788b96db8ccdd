"""Filters of the queue that find few orders, each by an index: at most MOST, by primary key."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order
from shop.orders.search import MOST, Found


def intersection(found: Sequence[Found]) -> Found | None:
    """Return the orders that all of `found` hold; None if there is nothing to intersect."""
    if not found:
        return None
    common = frozenset.intersection(*(each.pks for each in found))
    return Found(common, has_more=any(each.has_more for each in found))


def _failed(what: str) -> Found:
    """Find the orders whose mails or webhooks failed for good, the latest first."""
    sent: QuerySet[Any] = Delivery.objects.filter(order__isnull=False, state=Delivery.State.FAILED)
    if what == "mail":
        given_up = (Message.State.FAILED, Message.State.REFUSED)
        sent = Message.objects.filter(order__isnull=False, state__in=given_up)
    return _of(sent.order_by("-next_attempt_at").values_list("order", flat=True))


def _of_client(pk: str) -> Found:
    """Find the orders that name the client, and those that were delivered to it."""
    named, delivered = (
        _of(Order.objects.filter(**{field: int(pk)}).order_by("-pk").values_list("pk", flat=True))
        for field in ("client_id", "delivered_client")
    )
    return Found(named.pks | delivered.pks, has_more=named.has_more or delivered.has_more)


def _with_invoice(_state: str) -> Found:
    """Find the orders of subscriptions with an overdue invoice, the longest overdue first."""
    told = Invoice.objects.filter(
        dispatch__overdue_told_at__isnull=False, dispatch__paid_told_at=None
    )
    overdue = with_balance(told).filter(state="overdue").order_by("dispatch__overdue_told_at")
    return _of(overdue.values_list("subscription__order", flat=True))


# By the name of the filter's field.
SETS: dict[str, Callable[[str], Found]] = {
    "failing": _failed,
    "client": _of_client,
    "invoice": _with_invoice,
}


def _of(pks: "QuerySet[Any, int]") -> Found:
    some = list(pks[: MOST + 1])
    return Found(frozenset(some[:MOST]), has_more=len(some) > MOST)
