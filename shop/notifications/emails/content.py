"""What a mail says, in parts: the one source of its text and its HTML."""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True)
class Row:
    """A line of the slate."""

    name: str
    value: str


@dataclass(frozen=True)
class Link:
    """Where to go, and what for. The address is ours: never one that somebody typed."""

    label: str
    address: str


@dataclass(frozen=True)
class Attachment:
    """A text that comes along, for good."""

    name: str
    text: str


@dataclass(frozen=True)
class EmailContent:
    """A mail before it has a form. What orderers typed is in it through `typed` alone.

    At most one `action`: it becomes the button. `further` is a plain link, for looking up.
    """

    subject: str  # nothing that anybody typed
    before: tuple[str, ...]  # paragraphs
    facts: tuple[Row, ...] = ()
    code: str = ""
    action: Link | None = None
    after: tuple[str, ...] = ()
    further: Link | None = None
    enclosure: Attachment | None = None


def to_page(name: str, *args: object, **kwargs: object) -> str:
    """The absolute address of one of our pages."""
    return urljoin(settings.BASE_URL, reverse(name, args=args, kwargs=kwargs))
