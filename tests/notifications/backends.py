"""Mail servers that take nothing."""

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Away(BaseEmailBackend):
    """Refuses every mail, as a server does that hangs up."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class Chatty(BaseEmailBackend):
    """Refuses every mail, and tells of others."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        (recipient,) = email_messages[0].to
        raise smtplib.SMTPRecipientsRefused({recipient: (550, b"Ask Nina.Muster@Studio.example")})
