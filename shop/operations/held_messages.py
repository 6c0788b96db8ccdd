"""Mails and webhooks that a hold keeps back after a restore: counted, dropped, let go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from shop.notifications.emails.models import Message
from shop.notifications.emails.send import SIGN_IN
from shop.notifications.webhooks.models import Delivery
from shop.worker.message_hold import WRITTEN_SINCE_HOLD
from shop.worker.models import MessageHold

DROPPED = "Dropped by an operator after a restore."
MAILS, WEBHOOKS = "mails", "webhooks"
# What the backup has as being sent was interrupted by it: the workers would send it again.
OPEN = ("waiting", "sending")
UNLEASED = {"lease_token": None, "lease_until": None}


@dataclass(frozen=True)
class Held:
    """Waiting messages of one kind, and the moments at which the first and the last is due."""

    channel: str
    kind: str
    number: int
    oldest: datetime
    newest: datetime


def held_messages() -> list[Held]:
    """Return what waits to be sent, by kind."""
    return [*_count(MAILS, held_mails(), "kind"), *_count(WEBHOOKS, held_webhooks(), "type")]


@transaction.atomic
def drop(before: datetime, channels: Iterable[str]) -> int:
    """End the messages of `channels` that were due before a moment; returns their number.

    Mails are no longer needed then, with a sentence that staff see; webhooks are no longer wanted,
    and can be replayed.
    """
    number = 0
    if MAILS in channels:
        mails = held_mails().filter(next_attempt_at__lt=before)
        number += mails.update(state=Message.State.OBSOLETE, last_error=DROPPED, **UNLEASED)
    if WEBHOOKS in channels:
        webhooks = held_webhooks().filter(next_attempt_at__lt=before)
        number += webhooks.update(state=Delivery.State.GONE, **UNLEASED)
    return number


def let_go() -> None:
    """End the hold: the workers send what waits within seconds."""
    MessageHold.objects.all().delete()


def held_mails() -> QuerySet[Message]:
    """Return the mails that a hold keeps back."""
    leaving = Q(kind__in=SIGN_IN) & Q(WRITTEN_SINCE_HOLD)
    return Message.objects.filter(~leaving, state__in=OPEN)


def held_webhooks() -> QuerySet[Delivery]:
    """Return the webhooks that a hold keeps back."""
    return Delivery.objects.filter(state__in=OPEN)


def _count(channel: str, rows: QuerySet[Any], kind: str) -> list[Held]:
    columns = (Count("pk"), Min("next_attempt_at"), Max("next_attempt_at"))
    counted = rows.order_by(kind).values_list(kind).annotate(*columns)
    return [Held(channel, *values) for values in counted]
