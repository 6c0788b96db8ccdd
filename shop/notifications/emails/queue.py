"""Queue of mails: each mail about an order is written once, however often it is asked for.

The worker looks for mails every second, so nothing here wakes it.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from shop.compiled_inserts import insert_missing
from shop.email_spellings import same_mailbox, stored_email
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_lookup import address_of
from shop.orders.parties import customer_of, is_invitation, orderer_of
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import Invitation, StaffInvitation, User
from shop.worker.row_failures import RowFailures

REVIEWED = "reviewed"  # in the details of a receipt


def queue_received(order: Order) -> None:
    """Queue the receipt with the link to the registration page, if there is an address.

    An invited colleague gets none, and who invites has seen the page (contract, "Mail").
    """
    if not is_invitation(order):
        _queue(order, Message.Kind.RECEIVED, details=_reviewed(order), **_customer(order))


def queue_completed(order: Order) -> None:
    """Queue the confirmation again for an order that was completed on its page."""
    more = {"details": _reviewed(order), **_customer(order)}
    _queue(order, Message.Kind.RECEIVED, dedupe_key="completed", **more)


def queue_reminder(order: Order) -> None:
    """Queue the mail that asks for missing details, if there is an address."""
    _queue(order, Message.Kind.REMINDER, order.user_email)


def queue_reminders(beat: Callable[[], None]) -> None:
    """Queue reminders of orders that have missed details for REMIND_AFTER_DAYS.

    Only if there is an address (contract, "Orders API"). Calls `beat` before each order. Raises
    RowsFailedError once all had their turn.
    """
    failures = RowFailures()
    before = timezone.now() - timedelta(days=settings.REMIND_AFTER_DAYS)
    incomplete = Order.objects.filter(
        state=State.PENDING, complete=False, created_at__lt=before, user_email__isnull=False
    )
    for order in incomplete.exclude(messages__kind=Message.Kind.REMINDER).iterator():
        beat()
        with failures.logged("The reminder of %s could not be queued.", order):
            queue_reminder(order)
    failures.tell()


def queue_delivered(orders: Iterable[Order]) -> None:
    """Queue the mails about packed orders: the links to join, and the news for orderers."""
    _write(message for order in orders for message in (_invitation(order), _packed(order)))


def queue_invitation(order: Order) -> None:
    """Queue the mail with the link to join, once per counter of the invitation."""
    _write([_invitation(order)])


def invitation_key(invitation: Invitation) -> str:
    """Return the dedupe key of the mail with the link as it now is."""
    return f"invitation:{invitation.counter}"


def queue_attention(order: Order) -> None:
    """Queue the mail that the order stands still, once per cause.

    A fault on our side brings no mail; a person's decision or a customer's correction does. A
    decision that the receipt tells of, or can still tell of, takes no second mail.
    """
    to = _customer(order)
    if not (order.user_email and to["recipient"]):
        return
    if order.state == State.NEED_HUMAN and _is_told_by_receipt(order):
        return
    key = f"attention:{order.state}"
    if order.state != State.NEED_HUMAN:
        packing = Order.objects.filter(pk=order.pk, packing__isnull=False)
        if not packing.exclude(packing__mendable=[]).exists():
            return
        key += f":{order.fault}"
    _queue(order, Message.Kind.ATTENTION, dedupe_key=key, details={"state": order.state}, **to)
    # It may have become obsolete before it was sent, and now it is wanted again.
    recipient = stored_email(to["recipient"])
    again = {"state": Message.State.WAITING, "attempts": 0, "next_attempt_at": timezone.now()}
    queued = order.messages.filter(kind=Message.Kind.ATTENTION, dedupe_key=key)
    queued.filter(state=Message.State.OBSOLETE).update(recipient=recipient, **again)


def queue_cancelled(order: Order) -> None:
    """Queue the mail that the order was cancelled. An erased order keeps no other mail."""
    to = _customer(order)
    if order.user_email is None:
        earlier = order.messages.filter(kind__in=(Message.Kind.RECEIVED, Message.Kind.REMINDER))
        to["recipient"] = earlier.values_list("recipient", flat=True).last()
        order.messages.all().delete()
    _queue(order, Message.Kind.CANCELLED, **to)


def queue_email_change(order: Order, previous: str | None) -> None:
    """Tell the `previous` address, whose waiting mails become obsolete; write to the new one."""
    key = f"email_change:{order.events.filter(kind=OrderEvent.Kind.ADDRESS).count()}"
    if previous:
        stale = order.messages.filter(recipient=previous, state=Message.State.WAITING)
        stale.update(state=Message.State.OBSOLETE)
        if not same_mailbox(previous, order.user_email or ""):
            _queue(order, Message.Kind.ADDRESS, previous, key)
    if order.state == State.PACKED:
        queue_invitation(order)
    if customer_of(order) is None and not is_invitation(order):
        # The previous address may have had it, or refused it: the customer has no receipt yet.
        _queue(order, Message.Kind.RECEIVED, order.user_email, key)


def queue_refused_receipt(order: Order) -> None:
    """Queue the receipt again, if the mail server has refused the last one."""
    last = order.messages.filter(kind=Message.Kind.RECEIVED).last()
    if last and last.state == Message.State.REFUSED:
        queue_copy(last)


def queue_copy(message: Message) -> bool:
    """Queue `message` again as a new row; False if somebody else was faster."""
    kept = ("language", "user_id", "details")
    defaults = {name: getattr(message, name) for name in kept}
    _again, is_new = Message.objects.get_or_create(
        order=message.order,
        kind=message.kind,
        dedupe_key=f"again:{message.pk}",
        defaults={**defaults, "recipient": email_for(message).recipient()},
    )
    return is_new


def queue_password_reset(email: str, language: str) -> None:
    """Queue the mail with the link to a new password."""
    _queue_account(Message.Kind.PASSWORD, user_by_email(email), email, language)


def queue_code(user: User | None, email: str, language: str, *, seed: str) -> None:
    """Queue the mail with the code of `seed`."""
    _queue_account(Message.Kind.CODE, user, email, language, seed=seed)


def queue_security_notice(user: User, what: str, email: str, *, ip: str) -> None:
    """Queue the notice that the way `user` signs in was changed, in their own language."""
    _queue_account(Message.Kind.CHANGE, user, email, user.language, what=what, ip=ip)


def queue_staff_invitation(invitation: StaffInvitation) -> None:
    """Queue the mail with a colleague's link as it now is; those with older links are obsolete."""
    user = invitation.user
    details = {"counter": invitation.counter}
    Message.objects.create(
        kind=Message.Kind.COLLEAGUE,
        user=user,
        recipient=user.email,
        language=user.language,
        details=details,
    )


def queue_deleted(email: str, language: str) -> None:
    """Queue the confirmation that an account was deleted; its row names no user any more."""
    _queue_account(Message.Kind.DELETED, None, email, language)


def _queue_account(
    kind: Message.Kind, user: User | None, email: str, language: str, **details: str
) -> None:
    # Written without a user too: neither answer nor timing may tell which addresses are known.
    Message.objects.create(
        kind=kind, user=user, recipient=email, language=language, details=details
    )


def _reviewed(order: Order) -> dict[str, Any]:
    """Return the details of a receipt: whether staff are to approve the order (`REVIEWED`)."""
    waits = order.complete and order.product.is_manual and not order.project_id
    return {REVIEWED: True} if waits and not order.approved_at else {}


def _is_told_by_receipt(order: Order) -> bool:
    """Have a receipt that is still unsent say that staff review the order; tell if one says so."""
    receipts = order.messages.filter(kind=Message.Kind.RECEIVED)
    receipts.filter(state=Message.State.WAITING).update(details={REVIEWED: True})
    told = (Message.State.WAITING, Message.State.SENDING, Message.State.SENT)
    return receipts.filter(details__reviewed=True, state__in=told).exists()


def _customer(order: Order) -> dict[str, Any]:
    """Return the recipient of mails about `order` itself, in their language."""
    if is_invitation(order) or customer_of(order):
        person = customer_of(order)
        if person is None:  # erased since
            return {"recipient": None}
        return {"recipient": person.email, "user": person, "language": person.language}
    return {"recipient": order.user_email}


def _invitation(order: Order) -> Message | None:
    if not (order.member and order.invitation):
        return None
    # The order's address may be an old one of a known user.
    recipient, key = address_of(order), invitation_key(order.invitation)
    return _message(order, Message.Kind.INVITATION, recipient, key)


def _packed(order: Order) -> Message | None:
    """Return the mail that the order is set up, if its orderer is not the new member."""
    orderer = orderer_of(order)
    if orderer is None or not orderer.may_sign_in or orderer == order.member:
        return None
    language = orderer.language
    return _message(order, Message.Kind.PACKED, orderer.email, user=orderer, language=language)


def _message(
    order: Order,
    kind: Message.Kind,
    recipient: str | None,
    dedupe_key: str = "",
    **more: Any,
) -> Message | None:
    if not recipient:
        return None
    fields = {"recipient": recipient, "language": order.language, **more}
    return Message(order=order, kind=kind, dedupe_key=dedupe_key, **fields)


def _queue(order: Order, kind: Message.Kind, recipient: str | None, *key: str, **more: Any) -> None:
    _write([_message(order, kind, recipient, *key, **more)])


def _write(messages: Iterable[Message | None]) -> None:
    insert_missing([message for message in messages if message])
