"""Kinds of mail, and their rendering. To add one, write a subclass of `Email` with its `kind`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac
from django.utils.translation import override
from django_stubs_ext import StrOrPromise

from shop.catalogue.seller import current_seller
from shop.notifications.emails.content import Attachment, EmailContent
from shop.notifications.emails.models import Message


@dataclass(frozen=True)
class Sample:
    """A made-up situation in which staff can preview a kind of mail."""

    title: StrOrPromise
    make: Callable[[], Mapping[str, Any]]  # returns the message's fields, besides its kind


KINDS: dict[str, type["Email"]] = {}


class Email(ABC):
    """Base class of all kinds: one mail, written from the row of its message."""

    samples: ClassVar[tuple[Sample, ...]]

    def __init_subclass__(cls, kind: Message.Kind | None = None) -> None:
        if kind is not None:
            KINDS[kind] = cls

    def __init__(self, message: Message) -> None:
        self.message = message

    @abstractmethod
    def content(self) -> EmailContent:
        """Return what the mail says, in the language that is active."""

    def recipient(self) -> str:
        """Return the address that it goes to if it is sent again."""
        return str(self.message.recipient)

    def is_obsolete(self) -> bool:
        """Tell whether the mail has lost its point since it was queued."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be shown to others: codes in sentences. Links are known as such."""
        return ()


def email_for(message: Message) -> Email:
    """Return the mail that belongs to `message`."""
    return KINDS[message.kind](message)


@dataclass(frozen=True)
class Rendered:
    """A mail, ready to send. Its id is the same at each attempt."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    reply_to: str
    message_id: str


def render(message: Message) -> Rendered:
    """Return the mail of `message` in its reader's language. Tokens are made here, never stored."""
    with override(message.language):
        return render_content(message, email_for(message).content())


def render_content(message: Message, content: EmailContent) -> Rendered:
    """Return the mail that says `content`, in the language that is active."""
    context = {"content": content, "seller": current_seller()}
    return Rendered(
        subject=content.subject,
        text=render_to_string("emails/content.txt", context).strip() + "\n",
        html=render_to_string("emails/content.html", context),
        attachments=content.attachments,
        reply_to=content.reply_to,
        message_id=_message_id(message),
    )


def _message_id(message: Message) -> str:
    # Not of the primary key alone: a restored database gives the same one to another mail, which
    # mail systems would drop as a duplicate.
    seed = f"{message.pk} {message.created_at.isoformat()}"
    digest = salted_hmac("shop.notifications.emails.message_id", seed, algorithm="sha256")
    return (
        f"<message-{message.pk}.{digest.hexdigest()[:32]}@{urlsplit(settings.BASE_URL).hostname}>"
    )
