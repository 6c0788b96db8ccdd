"""Mail servers that take nothing."""

import smtplib
from collections.abc import Sequence
from datetime import timedelta

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send
from shop.orders.models import Order
from tests.notifications.sent import send_all


class Away(BaseEmailBackend):
    """Refuses every mail, as a server does that hangs up."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class Chatty(BaseEmailBackend):
    """Refuses every mail, and tells of others."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        (recipient,) = email_messages[0].to
        raise smtplib.SMTPRecipientsRefused({recipient: (550, b"Ask Nina.Muster@Studio.example")})


class Twice(BaseEmailBackend):
    """Takes a mail, and meanwhile has another sender try to send the same."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        order = Order.objects.get()
        (message,) = order.messages.all()
        assert message.state == "sending"
        send(message.pk)
        return len(email_messages)


class TooSlow(BaseEmailBackend):
    """Hangs up so late that another sender has reclaimed the mail and sent it meanwhile."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        Message.objects.filter(state="sending").update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
            send_all()
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
