"""Put mails into the queue; each once, however often it is asked for."""

from datetime import timedelta
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent, State
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.invitations import replace_link
from shop.tenancy.models import User

LINKS_AN_HOUR = 3  # new links for one order
RESENT = 1000  # rows kept free behind each correction's: for its mails that staff send again


def queue_received(order: Order) -> None:
    """The mail with the link to the registration page, where there is an address for it."""
    if order.user_email:
        _queue(order, Message.Kind.RECEIVED, order.user_email)


def queue_reminder(order: Order) -> None:
    """The mail that asks for what is still missing."""
    if order.user_email:
        _queue(order, Message.Kind.REMINDER, order.user_email)


def queue_invitation(order: Order) -> None:
    """The mail with the link to join, for the invitation as it now is."""
    if order.member and order.invitation:
        # To the address as the order has it: it may be a known user's, who has another by now.
        recipient = order.user_email or order.member.email
        _queue(order, Message.Kind.INVITATION, recipient, order.invitation.counter)


def queue_packed(order: Order) -> None:
    """The mail to who placed the order that it is set up, where that is not its new member."""
    orderer = order.placed_by or order.owner or order.token_user
    if orderer and orderer.may_sign_in and orderer != order.member:
        language = orderer.language
        _queue(order, Message.Kind.PACKED, orderer.email, user=orderer, language=language)


def queue_attention(order: Order) -> None:
    """The mail that the order stands still, once for each cause.

    For a person's look at it, and for what a step of packing has told the customer to mend. What
    is ours to mend is no mail.
    """
    fault = order.fault
    if order.state == State.NEED_HUMAN:
        fault = ""  # whatever it is that the person decides
    elif not Order.objects.filter(pk=order.pk, packing__isnull=False).exclude(packing__mendable=[]):
        return
    if not order.user_email:
        return
    # The cause as a number: the row is unique by it. With room for a further one beside it.
    occasion = crc32(f"{order.state} {fault}".encode()) & 0x3FFFFFFF
    details = {"state": order.state, "fault": fault}
    _queue(order, Message.Kind.ATTENTION, order.user_email, occasion, details=details)
    # It was no longer needed before it was sent, and now it is again.
    told = order.messages.filter(kind=Message.Kind.ATTENTION, occasion=occasion)
    told.filter(state=Message.State.OBSOLETE).update(
        state=Message.State.WAITING,
        recipient=order.user_email.lower(),
        attempts=0,
        next_try=timezone.now(),
    )


def queue_cancelled(order: Order) -> None:
    """The mail that the order was cancelled. Of one that was emptied, no other mail is kept."""
    recipient = order.user_email
    if recipient is None:
        earlier = order.messages.filter(kind__in=(Message.Kind.RECEIVED, Message.Kind.REMINDER))
        recipient = earlier.values_list("recipient", flat=True).last()
        order.messages.all().delete()
    if recipient:
        _queue(order, Message.Kind.CANCELLED, recipient)


def queue_email_change(order: Order, previous: str | None) -> None:
    """After a correction: the address before is told, the new one gets what leads on.

    What still waits for the one before is not sent any more.
    """
    is_another = previous is not None and previous.lower() != (order.user_email or "").lower()
    if previous:
        stale = order.messages.filter(recipient=previous.lower(), state=Message.State.WAITING)
        stale.update(state=Message.State.OBSOLETE)
    occasion = order.events.filter(kind=OrderEvent.Kind.ADDRESS).count() * RESENT
    if previous and is_another:
        _queue(order, Message.Kind.ADDRESS, previous, occasion)
    if order.state == State.PACKED:
        queue_invitation(order)
    elif order.user_email:
        _queue(order, Message.Kind.RECEIVED, order.user_email, occasion)


def resend_invitation(order: Order) -> bool:
    """A new mail with a new link, which ends the older ones.

    False where enough have been sent for now, the link was used, or the order is not packed.
    """
    if order.state != State.PACKED or order.invitation is None or order.invitation.used_at:
        return False
    hour_ago = timezone.now() - timedelta(hours=1)
    lately = order.messages.filter(kind=Message.Kind.INVITATION, created_at__gt=hour_ago)
    recipient = order.user_email or (order.member.email if order.member else "")
    # Known or not, the answer is the same: it must not tell whether an address has joined.
    if lately.count() > LINKS_AN_HOUR or wait_of_today(recipient):
        return False
    with transaction.atomic():
        if not replace_link(order.invitation):
            return False
        queue_invitation(order)
    return True


def queue_password_reset(email: str, language: str) -> None:
    """The mail with the link to a new password, where `email` is a known user's.

    A row is written in any case: no answer and no timing tells whether an address is known.
    """
    Message.objects.create(
        kind=Message.Kind.PASSWORD,
        user=user_by_email(email),
        recipient=email.lower(),
        language=language,
    )


def queue_code(user: User | None, email: str, language: str, *, seed: str) -> None:
    """The mail with the code of `seed`, where `user` is there to type it.

    Here, too, a row is written in any case.
    """
    Message.objects.create(
        kind=Message.Kind.CODE,
        user=user,
        recipient=email.lower(),
        language=language,
        details={"seed": seed},
    )


def queue_security_notice(user: User, what: str, email: str, *, ip: str) -> None:
    """The notice that the way `user` signs in was changed, in their own language."""
    Message.objects.create(
        kind=Message.Kind.CHANGE,
        user=user,
        recipient=email.lower(),
        language=user.language,
        details={"what": what, "ip": ip},
    )


def daily_limit_wait(recipient: str, *, besides: Message) -> timedelta | None:
    """How long `besides`, a message to `recipient`, has to wait; None for no wait.

    An address that has not joined gets at most MAILS_A_DAY (contract, "Mail").
    """
    if User.objects.filter(email=recipient.lower(), joined_at__isnull=False).exists():
        return None
    return wait_of_today(recipient, besides=besides)


def wait_of_today(recipient: str, *, besides: Message | None = None) -> timedelta | None:
    """How long until `recipient` has had less than MAILS_A_DAY in a day; None for no wait.

    What others are sending at this moment counts.
    """
    day = timedelta(days=1)
    now = timezone.now()
    lately = Message.objects.filter(recipient=recipient.lower()).filter(
        Q(sent_at__gt=now - day) | Q(state=Message.State.SENDING)
    )
    if besides:
        lately = lately.exclude(pk=besides.pk)
    sent = lately.aggregate(number=Count("pk"), first=Min("sent_at"))
    if sent["number"] < settings.MAILS_A_DAY:
        return None
    wait: timedelta = sent["first"] + day - now if sent["first"] else timedelta(minutes=1)
    return wait


def _queue(
    order: Order, kind: Message.Kind, recipient: str, occasion: int = 0, **more: Any
) -> None:
    # No wake-up: the worker looks for mail every second.
    message = Message(
        order=order,
        kind=kind,
        occasion=occasion,
        recipient=recipient.lower(),
        **{"language": order.language, **more},
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
