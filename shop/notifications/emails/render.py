"""Render a message as a mail, in its reader's language. Tokens are made here and never stored."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from shop.notifications.emails.content import Attachment
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message


@dataclass(frozen=True)
class Rendered:
    """A mail, ready to send. Its id is the same at each attempt."""

    subject: str
    text: str
    html: str
    attachment: Attachment | None
    message_id: str


def render(message: Message) -> Rendered:
    """Return the mail of `message`. Its text and its HTML say the same words."""
    with override(message.language):
        content = email_for(message).content()
        context = {"content": content}
        return Rendered(
            subject=content.subject,
            text=render_to_string("emails/content.txt", context).strip() + "\n",
            html=render_to_string("emails/content.html", context),
            attachment=content.attachment,
            message_id=f"<message-{message.pk}@{urlsplit(settings.BASE_URL).hostname}>",
        )
