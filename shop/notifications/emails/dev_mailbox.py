"""Mailbox of the demo profile: mails are stored and shown on pages instead of being sent."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from shop.notifications.emails.models import MailboxEntry

MAX_SHOWN = 100


class EmailBackend(BaseEmailBackend):
    """E-mail backend that stores mails for `/dev/mailbox/`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store each mail once per recipient, and return the number of mails."""
        for mail in email_messages:
            parts = {kind: str(content) for content, kind in getattr(mail, "alternatives", [])}
            attached = [[name, str(content)] for name, content, _ in map(tuple, mail.attachments)]
            fields = {
                "subject": mail.subject[:200],
                "text": str(mail.body),
                "html": parts.get("text/html", ""),
                "attached": attached,
            }
            for recipient in mail.recipients():
                MailboxEntry.objects.create(recipient=recipient, **fields)
        return len(email_messages)


def mailbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    entries = MailboxEntry.objects.all()[:MAX_SHOWN]
    return render(request, "emails/mailbox.html", {"entries": entries})


def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    entry = get_object_or_404(MailboxEntry, pk=pk)
    return render(request, "emails/mail.html", {"entry": entry})
