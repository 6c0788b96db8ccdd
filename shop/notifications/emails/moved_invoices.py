"""Mails about contracts go on to where invoices go now: their address was wrong, or was erased."""

from collections.abc import Collection

from shop.billing.holds import recipient_of
from shop.email_spellings import same_mailbox
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_copy
from shop.orders.models import Order
from shop.tenancy.models import Client

State, Kind = Message.State, Message.Kind

ABOUT_CONTRACTS = (Kind.INVOICE, Kind.INVOICE_REMINDER, Kind.PRICE_CHANGE)
UNSENT = (State.WAITING, State.SENDING)


def follow_corrected_address(order: Order, previous: str) -> None:
    """Have the mails that went to the wrong address `previous` go to the right one.

    What was sent there, or refused, goes out again, but for reminders: the next one is due soon.
    """
    if order.delivered_client_id is None:
        return
    to = recipient_of(Client.objects.get(pk=order.delivered_client_id))
    if same_mailbox(to, previous):
        return
    mails = order.messages.filter(kind__in=ABOUT_CONTRACTS, recipient=previous)
    lost = mails.exclude(kind=Kind.INVOICE_REMINDER)
    for mail in lost.filter(state__in=(State.SENT, State.REFUSED, State.FAILED)):
        queue_copy(mail)
    mails.filter(state=State.WAITING).update(recipient=to)


def keep_from_erasure(emails: Collection[str]) -> None:
    """Have unsent mails to an erased person go to their client: invoices must reach somebody."""
    unsent = Message.objects.filter(
        kind__in=ABOUT_CONTRACTS, state__in=UNSENT, recipient__in=emails
    )
    for mail in unsent.select_related("order__delivered_client__client_admin"):
        if mail.order is None or (client := mail.order.delivered_client) is None:
            continue
        to = recipient_of(client)
        if to in emails:
            to = client.client_admin.email
        Message.objects.filter(pk=mail.pk).update(recipient=to)
