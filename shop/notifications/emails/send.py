"""Send the mails that are due. A row is claimed by a filtered UPDATE and given back if it fails."""

import logging
import random
import re
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, QuerySet
from django.utils import timezone

from shop.notifications.emails.daily_limit import daily_limit_wait
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.notifications.emails.render import render
from shop.tenancy.email_addresses import mask_email

logger = logging.getLogger(__name__)

BATCH = 10
AT_MOST = 60  # seconds; the next wake-up, a second later, goes on
MAX_ATTEMPTS = 10
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w")
FIRST_WAIT = 15  # seconds before the second attempt; each later one waits three times as long


def send_due(beat: Callable[[], None]) -> None:
    """Take back mails whose sender died, then send what is due, oldest first."""
    abandoned = Message.objects.filter(state=Message.State.SENDING, lease_until__lt=timezone.now())
    abandoned.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=Message.State.FAILED, last_error="The worker stopped in the middle."
    )
    abandoned.update(state=Message.State.WAITING)
    until = monotonic() + AT_MOST
    while batch := list(_due()):
        for pk in batch:
            beat()
            send(pk)
        if monotonic() > until:
            return


def send(pk: int) -> None:
    """Send the message `pk` if it is due and nobody else has claimed it.

    How that went is in its row afterwards.
    """
    if not _claim(pk):
        return
    message = Message.objects.select_related(
        "order__product",
        "order__invitation",
        "order__delivered_project__client",
        "order__member",
        "order__basket__terms",
        "user",
    ).get(pk=pk)
    if email_for(message).is_obsolete():
        _end(message, state=Message.State.OBSOLETE)
        return
    if wait := daily_limit_wait(message.recipient, besides=message):
        _end(
            message,
            state=Message.State.WAITING,
            next_try=timezone.now() + wait,
            attempts=F("attempts") - 1,
        )
        return
    try:
        _deliver(message)
    except Exception as error:
        logger.exception("Sending %s failed.", message)
        _end_failed(message, error)
        return
    _end(message, state=Message.State.SENT, sent_at=timezone.now(), last_error="")


def _due() -> QuerySet[Message, int]:
    due = Message.objects.filter(state=Message.State.WAITING, next_try__lte=timezone.now())
    return due.order_by("next_try", "pk").values_list("pk", flat=True)[:BATCH]


def _claim(pk: int) -> bool:
    now = timezone.now()
    lease_until = now + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    unclaimed = Message.objects.filter(pk=pk, state=Message.State.WAITING, next_try__lte=now)
    return bool(
        # Counted before the work: a sender that is killed has tried, too.
        unclaimed.update(
            state=Message.State.SENDING, lease_until=lease_until, attempts=F("attempts") + 1
        )
    )


def _end(message: Message, **changes: object) -> None:
    Message.objects.filter(pk=message.pk).update(lease_until=None, **changes)


def _deliver(message: Message) -> None:
    # No transaction is open here: a slow mail server must not hold the database.
    rendered = render(message)
    mail = EmailMultiAlternatives(rendered.subject, rendered.text, to=[message.recipient])
    mail.attach_alternative(rendered.html, "text/html")
    if rendered.attachment:
        mail.attach(rendered.attachment.name, rendered.attachment.text, "text/plain")
    mail.extra_headers["Message-ID"] = rendered.message_id
    mail.extra_headers["Auto-Submitted"] = "auto-generated"  # no answers from absence notes
    mail.send()


def _end_failed(message: Message, error: Exception) -> None:
    given_up = message.attempts >= MAX_ATTEMPTS
    wait = FIRST_WAIT * 3 ** (message.attempts - 1) * random.uniform(0.8, 1.2)  # noqa: S311 -- no secret
    _end(
        message,
        state=Message.State.FAILED if given_up else Message.State.WAITING,
        next_try=timezone.now() + timedelta(seconds=wait),
        last_error=_told(error, message.recipient),
    )


def _told(error: Exception, recipient: str) -> str:
    """What is kept of `error`: of addresses in it, only the recipient's is whole."""

    def shown(found: re.Match[str]) -> str:
        return found[0] if found[0].lower() == recipient else mask_email(found[0])

    return ADDRESS.sub(shown, f"{type(error).__name__}: {error}")
