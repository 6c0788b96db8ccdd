"""Signal receivers: queue mails when orders change, delete them when people are erased."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, assert_never

from django.db.models import Q
from django.dispatch import receiver

from shop.billing.models import Invoice
from shop.billing.price_changes import PriceChange
from shop.billing.reminder_rows import Reminder
from shop.billing.signals import invoice_filed, price_raised, reminder_due
from shop.notifications.emails import queue
from shop.notifications.emails.invoice_emails import queue_invoice, queue_invoice_reminder
from shop.notifications.emails.models import ContactRequest, MailboxEntry, Message
from shop.notifications.emails.moved_invoices import (
    ABOUT_CONTRACTS,
    UNSENT,
    follow_corrected_address,
    keep_from_erasure,
)
from shop.notifications.emails.price_change_emails import queue_price_change
from shop.orders.corrections import address_corrected
from shop.orders.models import Order, State
from shop.orders.order_erasure import orders_erased
from shop.orders.states import FINISHED, state_changed
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.models import User
from shop.tenancy.signals import account_deleted


@receiver(state_changed)
def queue_emails(
    sender: type[Order], orders: Sequence[Order], previous: State | None, **kwargs: Any
) -> None:
    """Queue the mails for this change of state, in its transaction."""
    match State(orders[0].state):
        case State.PENDING if previous is None:
            for order in orders:
                queue.queue_received(order)
        case State.PACKED:
            queue.queue_delivered(orders)
        case State.NEED_HUMAN | State.HAS_PACKING_ERRORS:
            for order in orders:
                queue.queue_attention(order)
        case State.CANCELLED:
            for order in orders:
                queue.queue_cancelled(order)
        case State.NEW | State.PENDING | State.PACKING:
            pass
        case unknown:
            assert_never(unknown)


@receiver(address_corrected)
def queue_email_change_emails(
    sender: type[Order], order: Order, previous: str | None, **kwargs: Any
) -> None:
    """Queue the mails to the old and the new address, in the transaction of the change."""
    if previous:
        follow_corrected_address(order, previous)
    queue.queue_email_change(order, previous)


@receiver(invoice_filed)
def queue_invoice_email(sender: type[Invoice], invoice: Invoice, **kwargs: Any) -> None:
    """Queue the mail with the invoice, in the transaction in which its files are noted."""
    queue_invoice(invoice)


@receiver(reminder_due)
def queue_reminder_email(sender: type[Reminder], reminder: Reminder, **kwargs: Any) -> None:
    """Queue the mail with the reminder, in the transaction that notes it."""
    queue_invoice_reminder(reminder)


@receiver(price_raised)
def queue_price_change_email(sender: type[PriceChange], change: PriceChange, **kwargs: Any) -> None:
    """Queue the notice of a higher price, in the transaction that announces it."""
    queue_price_change(change)


@receiver([user_erased, address_erased])
def erase_mails(
    sender: type[User], emails: frozenset[str], user: User | None = None, **kwargs: Any
) -> None:
    """Delete the person's mails, but not those of open orders; and those in the demo's mailbox."""
    keep_from_erasure(emails)
    closed = Q(order=None) | Q(order__state__in=FINISHED)
    found = Q(recipient__in=emails) & closed
    if user:
        found |= Q(user=user)
    Message.objects.filter(found).delete()
    ContactRequest.objects.filter(email__in=emails).delete()
    within = [Q(text__icontains=email) for email in emails]
    MailboxEntry.objects.filter(reduce(or_, within, Q(recipient__in=emails))).delete()


@receiver(account_deleted)
def queue_deletion_email(sender: type[User], email: str, language: str, **kwargs: Any) -> None:
    """Queue the confirmation, in the transaction that has erased the user."""
    queue.queue_deleted(email, language)


@receiver(orders_erased)
def erase_order_mails(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Delete the mails about these orders, but no invoice that is still to be sent to a client."""
    unsent = Q(kind__in=ABOUT_CONTRACTS, state__in=UNSENT)
    Message.objects.filter(~unsent, order__in=orders).delete()
