"""Registry of the kinds of mail. To add one, write a subclass of `Email` and register it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django_stubs_ext import StrOrPromise

from shop.notifications.emails.content import EmailContent
from shop.notifications.emails.models import Message


@dataclass(frozen=True)
class Sample:
    """A made-up situation in which staff can preview a kind of mail."""

    title: StrOrPromise
    make: Callable[[], Mapping[str, Any]]  # returns the message's fields, besides its kind


class Email(ABC):
    """Base class of all kinds: one mail, written from the row of its message."""

    samples: ClassVar[tuple[Sample, ...]]

    def __init__(self, message: Message) -> None:
        self.message = message

    @abstractmethod
    def content(self) -> EmailContent:
        """Return what the mail says, in the language that is active."""

    def is_obsolete(self) -> bool:
        """Tell whether the mail has lost its point since it was queued."""
        return False


KINDS: dict[str, type[Email]] = {}
EmailClass = TypeVar("EmailClass", bound=type[Email])


def register(kind: Message.Kind) -> Callable[[EmailClass], EmailClass]:
    """Class decorator: messages of `kind` are written by this class."""

    def add(email: EmailClass) -> EmailClass:
        KINDS[kind] = email
        return email

    return add


def email_for(message: Message) -> Email:
    """Return the mail that belongs to `message`."""
    return KINDS[message.kind](message)
