"""Mailbox of the demo profile: mails are stored and shown on pages instead of being sent."""

import base64
from collections.abc import Sequence
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from shop.notifications.emails.mail_frame import framed_mail
from shop.notifications.emails.models import MailboxEntry

MAX_SHOWN = 100


class EmailBackend(BaseEmailBackend):
    """E-mail backend that stores mails for `/dev/mailbox/`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store each mail once per recipient, and return the number of mails."""
        for mail in email_messages:
            parts = {kind: str(content) for content, kind in getattr(mail, "alternatives", [])}
            attached = [_stored(*each) for each in map(tuple, mail.attachments)]
            fields = {
                "subject": mail.subject[:200],
                "text": str(mail.body),
                "html": parts.get("text/html", ""),
                "attached": attached,
            }
            for recipient in mail.recipients():
                MailboxEntry.objects.create(recipient=recipient, **fields)
        return len(email_messages)


def _stored(name: str, content: Any, content_type: str) -> list[str]:
    if isinstance(content, bytes):
        return [name, base64.b64encode(content).decode(), content_type]
    return [name, str(content)]


def mailbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    entries = MailboxEntry.objects.all()[:MAX_SHOWN]
    return render(request, "emails/mailbox.html", {"entries": entries})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its type knows no arguments
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    entry = get_object_or_404(MailboxEntry, pk=pk)
    return render(request, "emails/mail.html", {"entry": entry})


def mail_html(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the HTML part of a mail, for a frame; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    return framed_mail(request, get_object_or_404(MailboxEntry, pk=pk).html)


def attached(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Open a file of a mail that is no text; 404 outside the demo profile."""
    if not settings.DEMO:
        raise Http404
    files = get_object_or_404(MailboxEntry, pk=pk).attached
    if position >= len(files) or len(files[position]) < len(("name", "content", "type")):
        raise Http404
    name, content, content_type = files[position]
    disposition = content_disposition_header(as_attachment=False, filename=name)
    headers = {"Content-Disposition": disposition} if disposition else {}
    return HttpResponse(base64.b64decode(content), content_type=content_type, headers=headers)
