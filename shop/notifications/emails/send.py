"""Send the mails that are due, each under a lease on its row."""

import logging
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shop.access.measurements import Metric, count
from shop.compiled_queries import CompiledQuery, Parameter
from shop.email_spellings import same_mailbox, wire_email
from shop.log_context import milestones
from shop.notifications.emails.daily_limit import HELD_BACK, daily_limit_wait
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from shop.notifications.emails.refusals import refusal_in
from shop.orders.order_lookup import address_of
from shop.orders.reachability import mark_reached, mark_unreachable
from shop.tenancy.email_addresses import mask_email
from shop.tenancy.erased_email import is_erased_email
from shop.tracing import work_on
from shop.worker.leases import LeaseLostError, backoff, claim, expired, reclaim, release
from shop.worker.message_hold import NO_HOLD, WRITTEN_SINCE_HOLD
from shop.worker.shutdown import is_shutting_down

logger = logging.getLogger(__name__)

State = Message.State

BATCH = 10
# Seconds, after each mail, as a slow mail server takes a while over one; the next wake-up, a second
# later, goes on. The queue's own time-out would cut a mail off in the middle, and send it twice.
AT_MOST = 60
WAITS = [15.0 * 3**n for n in range(9)]  # seconds
MAX_ATTEMPTS = len(WAITS) + 1
# These leave while there is a hold, if they are new: staff must be able to sign in.
SIGN_IN = (
    Message.Kind.PASSWORD, Message.Kind.CODE, Message.Kind.COLLEAGUE, Message.Kind.FACTOR_RESET,
)  # fmt: skip
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\w")


_claimed: CompiledQuery[Message] = CompiledQuery(
    lambda: Message.objects.filter(
        pk=Parameter("pk"), lease_token=Parameter("token")
    ).select_related(
        "order__product",
        "order__invitation",
        "order__delivered_project__client",
        "order__member",
        "order__basket__terms",
        "order__consent__terms",
        "user",
    )
)


def send_due(beat: Callable[[], None]) -> None:
    """Reclaim mails whose sender died, then send what is due, oldest first."""
    reclaim_expired()
    until = monotonic() + AT_MOST
    while batch := [message.pk for message in _due().order_by("next_attempt_at", "pk")[:BATCH]]:
        for pk in batch:
            beat()
            send(pk)
            if is_shutting_down() or monotonic() > until:
                return


def reclaim_expired() -> None:
    """End the attempts of senders that died: try again at once, or give up after the last."""
    for message in expired(Message.objects.filter(state=State.SENDING)):
        with transaction.atomic():
            if reclaim(message):
                state = State.WAITING if message.attempts < MAX_ATTEMPTS else State.FAILED
                _end(message, state=state, last_error="The worker stopped in the middle.")


def send(pk: int) -> None:
    """Send the message `pk` if it is due and free; the outcome is in its row afterwards."""
    token, seconds = uuid.uuid4(), settings.MAIL_LEASE_SECONDS
    claim(_due(), [pk], seconds=seconds, token=token, state=State.SENDING)
    message = _claimed.first(pk=pk, token=token)
    if message is None:
        return
    with work_on(message.order, f"mail {message.kind}"):
        try:
            outcome = _attempt(message)
            with transaction.atomic():
                _end(message, **outcome)
        except LeaseLostError:
            logger.warning("Lost the lease of %s: somebody else sends it.", message)
            return
        count(Metric.MAILS, message.kind, outcome["state"])
        milestones.info("%s is %s.", message, outcome["state"])


def _end(message: Message, **outcome: Any) -> None:
    """Release `message`, and note on its order whether the order's address takes our mails."""
    release(message, **outcome)
    order = message.order
    if order is None or not same_mailbox(message.recipient, address_of(order)):
        return
    if outcome["state"] in {State.REFUSED, State.FAILED}:
        mark_unreachable(order)
    elif outcome["state"] == State.SENT:
        mark_reached(order)


def _due() -> QuerySet[Message]:
    waiting = Message.objects.filter(state=State.WAITING, next_attempt_at__lte=timezone.now())
    return waiting.filter(Q(NO_HOLD) | (Q(kind__in=SIGN_IN) & Q(WRITTEN_SINCE_HOLD)))


def _attempt(message: Message) -> dict[str, Any]:
    """Send a claimed message unless it must not or need not be sent; returns what changes."""
    # A client that needs its client_admin no more may still get a correction of an old invoice.
    if is_erased_email(message.recipient) or email_for(message).is_obsolete():
        return {"state": State.OBSOLETE}
    if wait := daily_limit_wait(message):
        # Not an attempt: nothing was sent. Staff see why it waits.
        return _again(wait) | {"attempts": F("attempts") - 1, "last_error": HELD_BACK}
    try:
        _deliver(message)
    except Exception as error:
        if refusal := refusal_in(error, message.recipient):
            logger.warning("%s was refused for good.", message)
            said = _redacted(f"{message.recipient}: {refusal}", message.recipient)
            return {"state": State.REFUSED, "last_error": said}
        logger.exception("Sending %s failed.", message)
        wait = backoff(message.attempts, WAITS)
        after = {"state": State.FAILED} if wait is None else _again(wait)
        said = _redacted(f"{type(error).__name__}: {error}", message.recipient)
        return after | {"last_error": said}
    return {
        "state": State.SENT,
        "sent_at": timezone.now(),
        "last_error": "",
    }


def _again(wait: timedelta) -> dict[str, Any]:
    return {"state": State.WAITING, "next_attempt_at": timezone.now() + wait}


def _deliver(message: Message) -> None:
    # No transaction is open here: a slow mail server must not hold the database.
    rendered = render(message)
    mail = EmailMultiAlternatives(
        rendered.subject, rendered.text, to=[wire_email(message.recipient)]
    )
    mail.attach_alternative(rendered.html, "text/html")
    if rendered.reply_to:
        mail.reply_to = [wire_email(rendered.reply_to)]
    for attached in rendered.attachments:
        mail.attach(attached.name, attached.content, attached.content_type)
    mail.extra_headers["Message-ID"] = rendered.message_id
    mail.extra_headers["Auto-Submitted"] = "auto-generated"  # no answers from absence notes
    # As a context manager it is closed, too, where signing in fails.
    with get_connection() as mail.connection:
        mail.send()


def _redacted(text: str, recipient: str) -> str:
    """Return `text` with all addresses masked but the recipient's."""

    def shown(found: re.Match[str]) -> str:
        return found[0] if same_mailbox(found[0], recipient) else mask_email(found[0])

    return EMAIL.sub(shown, text)
