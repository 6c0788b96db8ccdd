"""Queue the mails about the end of contracts, each in the transaction of what it tells."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone

from shop.billing.declaration_matching import on_file
from shop.billing.declaration_rows import DeclarationCase
from shop.billing.models import Subscription
from shop.billing.signals import (
    contract_ends_soon,
    declaration_received,
    proof_wanted,
    subscription_event,
)
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.compiled_inserts import insert_missing
from shop.notifications.emails.models import Message
from shop.orders.archiving import unarchived

DAY = timedelta(days=1)
Kind = Message.Kind
EventKind = SubscriptionEvent.Kind
OF_EVENTS = {
    EventKind.CANCELLED: Kind.CANCELLATION,
    EventKind.TAKEN_BACK: Kind.CANCELLATION,
    EventKind.WITHDRAWN: Kind.WITHDRAWAL,
    EventKind.ENDED: Kind.ENDED,
}


@receiver(subscription_event)
def queue_event_email(
    sender: type[SubscriptionEvent], event: SubscriptionEvent, **kwargs: Any
) -> None:
    """Queue the mail about a cancellation, a withdrawal or the end, to the client_admin.

    Of a contract that was withdrawn from, the mail about the withdrawal tells the end.
    """
    kind = OF_EVENTS.get(EventKind(event.kind))
    if kind is None or (kind == Kind.ENDED and event.subscription.withdrawn_at):
        return
    details = {"event": event.pk}
    if kind == Kind.WITHDRAWAL:
        details = {name: pk for name, pk in event.details.items() if name == "declaration"}
    _queue(event.subscription, kind, f"event:{event.pk}", details)


@receiver(contract_ends_soon)
def queue_end_reminder(
    sender: type[Subscription], subscription: Subscription, days: int, **kwargs: Any
) -> None:
    """Queue the reminder that a contract ends in some days, to the client_admin."""
    key = f"ends_soon:{subscription.ends_on}:{subscription.end_told_days}"
    details = {"subscription": subscription.pk, "days": days}
    _queue(subscription, Kind.ENDS_SOON, key, details)


@receiver(declaration_received)
def queue_receipt(sender: type[DeclarationCase], case: DeclarationCase, **kwargs: Any) -> None:
    """Queue the receipt of a declaration, to the address that was typed.

    Beyond DECLARATION_MAILS_A_DAY it is held back, and staff see that (contract, "Mail").
    """
    declaration = case.declaration
    if _is_used_up(Kind.RECEIPT, declaration.email):
        case.receipt_held_at = timezone.now()
        case.save(update_fields=["receipt_held_at"])
        return
    Message.objects.create(
        kind=Kind.RECEIPT,
        recipient=declaration.email,
        language=declaration.language,
        details={"declaration": declaration.pk},
    )


@receiver(proof_wanted)
def queue_proof(sender: type[DeclarationCase], case: DeclarationCase, **kwargs: Any) -> None:
    """Queue the link that proves a declaration, to the address on file; beyond the limit, staff act."""
    person = on_file(case.order) if case.order else None
    if case.order is None or person is None or _is_used_up(Kind.PROOF, person.email):
        case.state = DeclarationCase.State.STAFF
        case.save(update_fields=["state"])
        return
    message = Message(
        order=unarchived(case.order),
        kind=Kind.PROOF,
        dedupe_key=f"proof:{case.pk}:{case.counter}",
        recipient=person.email,
        language=person.language,
        details={"declaration": case.pk, "counter": case.counter},
    )
    insert_missing([message])


def _is_used_up(kind: Message.Kind, recipient: str) -> bool:
    of_today = Message.objects.filter(
        kind=kind, recipient=recipient, created_at__gt=timezone.now() - DAY
    )
    return of_today.count() >= settings.DECLARATION_MAILS_A_DAY


def _queue(
    subscription: Subscription, kind: Message.Kind, key: str, details: dict[str, Any]
) -> None:
    admin, order = subscription.client.client_admin, subscription.order
    if admin.is_erased:
        return
    message = Message(
        order=order,
        kind=kind,
        dedupe_key=key,
        recipient=admin.email,
        language=admin.language if admin.joined_at else order.language,
        details=details,
    )
    insert_missing([message])
