"""Send a mail about an order once more, because its reader or staff ask for it."""

from datetime import timedelta
from enum import Enum, auto

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shop.notifications.emails.daily_limit import daily_limit_wait, is_used_up
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_copy, queue_invitation, queue_refused_receipt
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_lookup import address_of
from shop.tenancy.invitations import replace_link
from shop.tenancy.models import Invitation, User

# An obsolete one, too: it may have been dropped after a restore, though it is still needed.
DONE = {
    *(Message.State.SENT, Message.State.FAILED, Message.State.REFUSED, Message.State.OBSOLETE),
}
LINKS_AN_HOUR = 3  # new links for one order, asked for by its reader


class Resent(Enum):
    """Outcome of a wish to have a mail sent again."""

    QUEUED = auto()
    QUEUED_FOR_TOMORROW = auto()  # the address has had its mails of the day
    HAD_ENOUGH_THIS_HOUR = auto()
    HAD_ENOUGH_TODAY = auto()
    NO_LINK_YET = auto()
    NO_LINK_ANY_MORE = auto()  # used or withdrawn
    BEING_SENT = auto()
    OBSOLETE = auto()
    TOO_LATE = auto()  # somebody else was faster


def resend_invitation(order: Order) -> Resent:
    """Queue a mail with a new link, which ends the older ones, or tell why there is none.

    A receipt that was refused goes with it.
    """
    if order.state != State.PACKED:
        return Resent.NO_LINK_YET
    if order.invitation is None or order.invitation.used_at:
        return Resent.NO_LINK_ANY_MORE
    hour_ago = timezone.now() - timedelta(hours=1)
    recent = order.messages.filter(kind=Message.Kind.INVITATION, created_at__gt=hour_ago)
    if recent.count() > LINKS_AN_HOUR:
        return Resent.HAD_ENOUGH_THIS_HOUR
    if is_used_up(order, address_of(order)):
        return Resent.HAD_ENOUGH_TODAY
    with transaction.atomic():
        if not replace_link(order.invitation):
            return Resent.NO_LINK_ANY_MORE
        queue_invitation(order)
        queue_refused_receipt(order)
    return Resent.QUEUED


def send_again(message: Message, staff: User) -> Resent:
    """Queue `message` again as a new row, or make a waiting one due at once.

    An invitation gets a new link, which ends the older ones.
    """
    order = message.order
    if order is None or email_for(message).is_obsolete():
        return Resent.OBSOLETE
    if message.state == Message.State.SENDING:
        return Resent.BEING_SENT
    if not _queue_again(message, order, staff):
        return Resent.TOO_LATE
    queued = order.messages.filter(kind=message.kind).latest("pk")
    return Resent.QUEUED_FOR_TOMORROW if daily_limit_wait(queued) else Resent.QUEUED


def _queue_again(message: Message, order: Order, staff: User) -> bool:
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
            queued = queue_copy(message)
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
