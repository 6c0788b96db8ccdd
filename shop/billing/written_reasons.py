"""Take erased people out of what staff wrote about contracts: reasons, notes."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from shop.billing.declaration_rows import DeclarationCase
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.orders.models import Order
from shop.orders.order_erasure import orders_erased, redact


@receiver(orders_erased)
def erase_from_reasons(
    sender: type[Order], orders: list[int], names: Collection[str], **kwargs: Any
) -> None:
    """Take the names out of the history of the contracts of erased orders."""
    for change in TierChange.objects.filter(subscription__order__in=orders):
        change.reason = redact(change.reason, names)
        change.decision_note = redact(change.decision_note, names)
        change.save(update_fields=["reason", "decision_note"])
    events = SubscriptionEvent.objects.filter(subscription__order__in=orders)
    for event in events.filter(details__has_key="reason"):
        event.details["reason"] = redact(event.details["reason"], names)
        event.save(update_fields=["details"])
    for case in DeclarationCase.objects.filter(order__in=orders).exclude(note=""):
        case.note = redact(case.note, names)
        case.save(update_fields=["note"])
