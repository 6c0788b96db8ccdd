"""The demo profile's mailbox: mail is kept in rows and shown on pages instead of being sent."""

from collections.abc import Sequence
from functools import wraps

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from shop.middleware import View
from shop.notifications.emails.models import MailboxEntry

SHOWN = 100


class EmailBackend(BaseEmailBackend):
    """Keeps mail for `/dev/mailbox/`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep each mail once for each of its recipients; the number of mails kept."""
        for mail in email_messages:
            html = [
                str(part.content)
                for part in getattr(mail, "alternatives", [])
                if part.mimetype == "text/html"
            ]
            attached = [
                [name, str(content)] for name, content, _kind in map(tuple, mail.attachments)
            ]
            for recipient in mail.recipients():
                MailboxEntry.objects.create(
                    recipient=recipient,
                    subject=mail.subject[:200],
                    text=str(mail.body),
                    html=html[0] if html else "",
                    attached=attached,
                )
        return len(email_messages)


def demo_only(view: View) -> View:
    """404 outside the demo profile."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mail, newest first."""
    entries = MailboxEntry.objects.all()[:SHOWN]
    return render(request, "emails/mailbox.html", {"entries": entries})


@demo_only
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, its text in the page."""
    entry = get_object_or_404(MailboxEntry, pk=pk)
    return render(request, "emails/mail.html", {"entry": entry})
