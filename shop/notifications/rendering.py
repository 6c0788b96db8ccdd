"""Turn a message's row into a mail, in its reader's language. Tokens are made here and kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from shop.notifications import about_accounts, about_orders, about_the_queue
from shop.notifications.letter import Enclosure, Letter
from shop.notifications.models import Message

Kind = Message.Kind
WRITERS: dict[str, Callable[[Message], Letter]] = {
    Kind.RECEIVED: about_orders.received,
    Kind.REMINDER: about_orders.reminder,
    Kind.INVITATION: about_orders.invitation,
    Kind.PACKED: about_orders.packed,
    Kind.ATTENTION: about_orders.attention,
    Kind.CANCELLED: about_orders.cancelled,
    Kind.ADDRESS: about_orders.address,
    Kind.PASSWORD: about_accounts.password,
    Kind.CODE: about_accounts.code,
    Kind.CHANGE: about_accounts.change,
    Kind.ALARM: about_the_queue.alarm,
}


@dataclass(frozen=True)
class Rendered:
    """A mail, ready to send. The id stays the same over tries."""

    subject: str
    text: str
    html: str
    enclosure: Enclosure | None
    message_id: str


def render(message: Message) -> Rendered:
    """The mail of `message`. Its text and its HTML are two forms of one letter: same words."""
    with override(message.language):
        letter = WRITERS[message.kind](message)
        context = {"letter": letter}
        return Rendered(
            subject=letter.subject,
            text=render_to_string("notifications/letter.txt", context).strip() + "\n",
            html=render_to_string("notifications/letter.html", context),
            enclosure=letter.enclosure,
            message_id=f"<message-{message.pk}@{urlsplit(settings.BASE_URL).hostname}>",
        )
