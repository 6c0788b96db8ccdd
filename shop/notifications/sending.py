"""Send the mails that are due. A row is claimed by a filtered UPDATE and given back if it fails."""

import logging
import random
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from django.core.mail import EmailMultiAlternatives
from django.db.models import F, QuerySet
from django.utils import timezone

from shop.notifications.models import Message
from shop.notifications.queueing import not_before
from shop.notifications.rendering import render
from shop.worker.waking import wake

logger = logging.getLogger(__name__)

BATCH = 10
AT_MOST = 60  # seconds; then another wake-up goes on
LEASE = timedelta(seconds=120)  # above the mail server's time-out
MOST_ATTEMPTS = 10
FIRST_WAIT = 15  # seconds before the second try; each later one waits three times as long


def drain(beat: Callable[[], None]) -> None:
    """Take back mails whose sender died, then send what is due, oldest first."""
    Message.objects.filter(state=Message.State.SENDING, lease_until__lt=timezone.now()).update(
        state=Message.State.WAITING
    )
    until = monotonic() + AT_MOST
    while batch := list(_due()):
        for message in batch:
            beat()
            send(message)
        if monotonic() > until:
            wake("messages")
            return


def send(message: Message) -> None:
    """Send `message` if nobody else has claimed it, and write down how that went."""
    if wait := not_before(message.recipient):
        _claimed(message, state=Message.State.WAITING, next_try=timezone.now() + wait)
        return
    if not _claimed(
        message,
        state=Message.State.SENDING,
        lease_until=timezone.now() + LEASE,
        attempts=F("attempts") + 1,
    ):
        return
    message.attempts += 1
    try:
        _deliver(message)
    except Exception as error:
        logger.exception("Sending %s failed.", message)
        _write_failure(message, error)
        return
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.SENT, sent_at=timezone.now(), lease_until=None, last_error=""
    )


def _due() -> QuerySet[Message]:
    return (
        Message.objects.filter(state=Message.State.WAITING, next_try__lte=timezone.now())
        .select_related("order__product", "order__invitation", "order__delivered_project__client")
        .order_by("next_try", "pk")[:BATCH]
    )


def _claimed(message: Message, **changes: object) -> bool:
    unclaimed = Message.objects.filter(pk=message.pk, state=Message.State.WAITING)
    return bool(unclaimed.update(**changes))


def _deliver(message: Message) -> None:
    # No transaction is open here: a slow mail server must not hold the database.
    rendered = render(message)
    mail = EmailMultiAlternatives(rendered.subject, rendered.text, to=[message.recipient])
    mail.attach_alternative(rendered.html, "text/html")
    mail.extra_headers["Message-ID"] = rendered.message_id
    mail.send()


def _write_failure(message: Message, error: Exception) -> None:
    given_up = message.attempts >= MOST_ATTEMPTS
    wait = FIRST_WAIT * 3 ** (message.attempts - 1) * random.uniform(0.8, 1.2)  # noqa: S311
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.FAILED if given_up else Message.State.WAITING,
        next_try=timezone.now() + timedelta(seconds=wait),
        lease_until=None,
        last_error=f"{type(error).__name__}: {error}",
    )
