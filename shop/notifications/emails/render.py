"""Turn a message's row into a mail, in its reader's language. Tokens are made here and kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from shop.notifications.emails import account_emails, order_emails, staff_emails
from shop.notifications.emails.content import Attachment, EmailContent
from shop.notifications.emails.models import Message

Kind = Message.Kind
WRITERS: dict[str, Callable[[Message], EmailContent]] = {
    Kind.RECEIVED: order_emails.received,
    Kind.REMINDER: order_emails.reminder,
    Kind.INVITATION: order_emails.invitation,
    Kind.PACKED: order_emails.packed,
    Kind.ATTENTION: order_emails.attention,
    Kind.CANCELLED: order_emails.cancelled,
    Kind.ADDRESS: order_emails.address,
    Kind.PASSWORD: account_emails.password,
    Kind.CODE: account_emails.code,
    Kind.CHANGE: account_emails.change,
    Kind.ALARM: staff_emails.alarm,
}


@dataclass(frozen=True)
class Rendered:
    """A mail, ready to send. The id stays the same over tries."""

    subject: str
    text: str
    html: str
    enclosure: Attachment | None
    message_id: str


def render(message: Message) -> Rendered:
    """The mail of `message`. Its text and its HTML are two forms of one letter: same words."""
    with override(message.language):
        letter = WRITERS[message.kind](message)
        context = {"letter": letter}
        return Rendered(
            subject=letter.subject,
            text=render_to_string("emails/letter.txt", context).strip() + "\n",
            html=render_to_string("emails/letter.html", context),
            enclosure=letter.enclosure,
            message_id=f"<message-{message.pk}@{urlsplit(settings.BASE_URL).hostname}>",
        )
