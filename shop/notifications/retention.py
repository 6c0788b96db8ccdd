"""Retention of mails, webhooks and their answers, which hold personal data.

The rows of an order are kept while it may still change: each mail goes out once because its row
exists. A finished order causes no mail by itself, and a new link gets a new row anyway.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from shop.notifications.emails.models import ContactRequest, Message
from shop.notifications.webhooks.models import Delivery, Receiver, WebhookEndpoint
from shop.orders.models import State
from shop.orders.states import FINISHED

BATCH = 500  # rows per transaction, during which nobody else can write to SQLite
ENDED_MESSAGES = tuple(
    state for state in Message.State if state not in {Message.State.WAITING, Message.State.SENDING}
)
LONGEST_TRANSACTION = timedelta(hours=1)
ENDED_DELIVERIES = (Delivery.State.DELIVERED, Delivery.State.FAILED, Delivery.State.GONE)


def delete_expired(beat: Callable[[], None]) -> None:
    """Delete expired mails, webhooks and messages to support, calling `beat` before each batch.

    They expire KEEP_MESSAGES_DAYS, KEEP_ACCOUNT_MESSAGES_DAYS and KEEP_DELIVERIES_DAYS after
    they were written; mails about an erased order or account as soon as they are sent. What still
    waits to be sent is never deleted.
    """
    finished = Q(order__state__in=FINISHED)
    erased = Q(order__state=State.CANCELLED, order__user_email=None)
    expired_mails = (
        (finished & _older_than(settings.KEEP_MESSAGES_DAYS))
        | (Q(order=None) & _older_than(settings.KEEP_ACCOUNT_MESSAGES_DAYS))
        | erased
        | Q(kind=Message.Kind.DELETED)
    )
    # Tests of endpoints have no order.
    expired_webhooks = (finished | Q(order=None)) & _older_than(settings.KEEP_DELIVERIES_DAYS)
    _delete(Message.objects.filter(expired_mails, state__in=ENDED_MESSAGES), beat)
    _delete(Delivery.objects.filter(expired_webhooks, state__in=ENDED_DELIVERIES), beat)
    old_requests = _older_than(settings.KEEP_CONTACT_REQUESTS_DAYS)
    ContactRequest.objects.filter(old_requests).delete()
    deleted_endpoints = Q(deleted_at__lt=timezone.now() - LONGEST_TRANSACTION)
    WebhookEndpoint.with_deleted.filter(deleted_endpoints).delete()
    used = Delivery.objects.filter(receiver=OuterRef("address"))
    Receiver.objects.filter(~Exists(used)).delete()


def _older_than(days: int) -> Q:
    return Q(created_at__lt=timezone.now() - timedelta(days=days))


def _delete(old: QuerySet[Any], beat: Callable[[], None]) -> None:
    while pks := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        beat()
        batch = old.filter(pk__in=pks)
        with transaction.atomic():
            # Locks the rows: somebody who sends one again at this moment comes before or after.
            batch.update(state=F("state"))
            batch.delete()
