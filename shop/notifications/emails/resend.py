"""Send a mail about an order once more, because its reader or staff ask for it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.notifications.emails.daily_limit import is_used_up
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_invitation
from shop.orders.models import Order, OrderEvent, State
from shop.tenancy.invitations import replace_link
from shop.tenancy.models import Invitation, User

DONE = {Message.State.SENT, Message.State.FAILED}
LINKS_AN_HOUR = 3  # new links for one order, asked for by its reader


def resend_invitation(order: Order) -> bool:
    """Queue a mail with a new link, which ends the older ones.

    Return False if enough were sent for now, the link was used, or the order is not packed.
    """
    if order.state != State.PACKED or order.invitation is None or order.invitation.used_at:
        return False
    hour_ago = timezone.now() - timedelta(hours=1)
    recent = order.messages.filter(kind=Message.Kind.INVITATION, created_at__gt=hour_ago)
    recipient = order.user_email or (order.member.email if order.member else "")
    if recent.count() > LINKS_AN_HOUR or is_used_up(order, recipient):
        return False
    with transaction.atomic():
        if not replace_link(order.invitation):
            return False
        queue_invitation(order)
    return True


def send_again(message: Message, staff: User) -> bool:
    """Queue `message` again as a new row, or make a waiting one due at once.

    An invitation gets a new link, which ends the older ones. Return False if somebody else was
    faster, if it is being sent, or if it is obsolete.
    """
    order = message.order
    if order is None or email_for(message).is_obsolete():
        return False
    with transaction.atomic():
        if message.state == Message.State.WAITING:
            now = timezone.now()
            waiting = Message.objects.filter(pk=message.pk, state=Message.State.WAITING)
            later = waiting.filter(next_attempt_at__gt=now)
            queued = bool(later.update(next_attempt_at=now, attempts=0))
        elif message.state not in DONE:
            queued = False
        elif message.kind == Message.Kind.INVITATION:
            queued = _queue_new_link(order)
        else:
            queued = _copy(message)
        if queued:
            details = {"mail": message.kind, "recipient": message.recipient}
            kind = OrderEvent.Kind.SENT_AGAIN
            OrderEvent.objects.create(order=order, kind=kind, actor=staff, details=details)
    return queued


def _queue_new_link(order: Order) -> bool:
    if order.invitation is None:
        return False
    # If the counter has changed since it was read, a newer mail is queued already.
    unchanged = Invitation.objects.filter(
        pk=order.invitation.pk, counter=order.invitation.counter, used_at=None
    )
    if not unchanged.update(counter=F("counter") + 1, code_tries=0):
        return False
    order.invitation.refresh_from_db()
    queue_invitation(order)
    return True


def _copy(message: Message) -> bool:
    kept = ("recipient", "language", "user_id", "details")
    _again, is_new = Message.objects.get_or_create(
        order=message.order,
        kind=message.kind,
        dedupe_key=f"again:{message.pk}",
        defaults={name: getattr(message, name) for name in kept},
    )
    return is_new  # else somebody was faster
