"""Send a mail about an order once more, as staff ask for it."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_invitation
from shop.orders.models import Order, OrderEvent
from shop.tenancy.models import Invitation, User

Kind = Message.Kind
DONE = {Message.State.SENT, Message.State.FAILED}


def send_again(message: Message, staff: User) -> bool:
    """Send `message` again, to whom it went; or at once, while it waits.

    A new row, so that it is seen what became of each. An invitation gets a new link, which ends
    the older ones. False where somebody else was faster, it is on its way, or would lead nowhere.
    """
    order = message.order
    if order is None or message.is_obsolete:
        return False
    with transaction.atomic():
        if message.state == Message.State.WAITING:
            sent = _hurry(message)
        elif message.state not in DONE:
            sent = False
        elif message.kind == Kind.INVITATION:
            sent = _invite_anew(message, order)
        else:
            sent = _write_anew(message, order)
        if sent:
            OrderEvent.objects.create(
                order=order,
                kind=OrderEvent.Kind.SENT_AGAIN,
                actor=staff,
                details={"mail": message.kind, "recipient": message.recipient},
            )
    return sent


def _hurry(message: Message) -> bool:
    waiting = Message.objects.filter(
        pk=message.pk, state=Message.State.WAITING, next_try__gt=timezone.now()
    )
    return bool(waiting.update(next_try=timezone.now(), attempts=0))


def _invite_anew(message: Message, order: Order) -> bool:
    if order.invitation is None:
        return False
    # Whoever has raised the counter meanwhile has sent a mail already.
    as_mailed = Invitation.objects.filter(
        pk=order.invitation.pk, counter=message.occasion, used_at=None
    )
    if not as_mailed.update(counter=F("counter") + 1, code_tries=0):
        return False
    order.invitation.refresh_from_db()
    queue_invitation(order)
    return True


def _write_anew(message: Message, order: Order) -> bool:
    try:
        with transaction.atomic():
            Message.objects.create(
                order=order,
                kind=message.kind,
                occasion=message.occasion + 1,
                recipient=message.recipient,
                language=message.language,
                user=message.user,
                details=message.details,
            )
    except IntegrityError:
        # It was sent again already.
        return False
    return True
