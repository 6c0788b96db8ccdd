"""Content of a mail in parts, from which its text and its HTML are rendered."""

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True)
class Row:
    """A row of the mail's table."""

    name: str
    value: str


@dataclass(frozen=True)
class Link:
    """A link to one of our pages. The URL is never one that somebody typed."""

    label: str
    url: str


@dataclass(frozen=True)
class Attachment:
    """A plain text file that comes with the mail."""

    name: str
    text: str


@dataclass(frozen=True)
class EmailContent:
    """The words of one mail, in one language.

    What orderers typed is in it only through `typed`, and never in the subject.
    """

    subject: str
    intro: tuple[str, ...]  # paragraphs
    rows: tuple[Row, ...] = ()
    code: str = ""
    action: Link | None = None  # the button
    outro: tuple[str, ...] = ()
    link: Link | None = None  # for looking something up
    attachment: Attachment | None = None


def page_url(name: str, *args: object, **kwargs: object) -> str:
    """Return the absolute URL of the page that is called `name`."""
    return urljoin(settings.BASE_URL, reverse(name, args=args, kwargs=kwargs))
