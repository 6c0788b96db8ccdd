"""Delete what was sent long ago: mails, webhooks and their answers hold personal data.

Only where nothing more can come of it. Each mail about an order goes out once because its row is
there; so the rows of an order stay while the order may still change. A finished order brings no
mail by itself, and whoever asks for a new link gets a new row anyway.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery, Endpoint
from shop.orders.models import State

BATCH = 500  # rows in one transaction: nobody else writes to SQLite meanwhile
FINISHED = (State.PACKED, State.CANCELLED)
ENDED_MESSAGES = (Message.State.SENT, Message.State.FAILED, Message.State.OBSOLETE)
ENDED_DELIVERIES = (Delivery.State.DELIVERED, Delivery.State.FAILED, Delivery.State.GONE)


def delete_expired(beat: Callable[[], None]) -> None:
    """Delete mails and webhooks that are past their days, calling `beat` between two batches.

    KEEP_MESSAGES_DAYS, KEEP_ACCOUNT_MESSAGES_DAYS and KEEP_DELIVERIES_DAYS after they were
    written; mails about an order that was emptied as soon as they are sent. Never what waits.
    """
    _delete(_old_messages(), beat)
    _delete(_old_deliveries(), beat)
    used = Delivery.objects.filter(receiver=OuterRef("address"))
    Endpoint.objects.filter(~Exists(used)).delete()


def _old_messages() -> QuerySet[Message]:
    finished = Q(order__state__in=FINISHED, created_at__lt=_ago(settings.KEEP_MESSAGES_DAYS))
    of_accounts = Q(order=None, created_at__lt=_ago(settings.KEEP_ACCOUNT_MESSAGES_DAYS))
    emptied = Q(order__state=State.CANCELLED, order__user_email=None)
    return Message.objects.filter(finished | of_accounts | emptied, state__in=ENDED_MESSAGES)


def _old_deliveries() -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        state__in=ENDED_DELIVERIES,
        order__state__in=FINISHED,
        created_at__lt=_ago(settings.KEEP_DELIVERIES_DAYS),
    )


def _ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _delete(old: QuerySet[Any], beat: Callable[[], None]) -> None:
    while pks := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        beat()
        batch = old.filter(pk__in=pks)
        with transaction.atomic():
            # Ours from here on: whoever asks just now to have one sent again comes first, or late.
            batch.update(state=F("state"))
            batch.delete()
