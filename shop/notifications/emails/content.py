"""Content of a mail in parts, from which its text and its HTML are rendered."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse

from shop.invisible_characters import INVISIBLE

MAX_TYPED = 60  # characters
LINK_LIKE = re.compile(r"(?<=\S)([.:/@])(?=\S)")
HAIR_SPACE = "\u200a"


@dataclass(frozen=True)
class Row:
    """A row of the mail's table."""

    name: str
    value: str
    url: str = ""  # of a page of ours that the value leads to


@dataclass(frozen=True)
class Link:
    """A link to one of our pages. The URL is never one that somebody typed."""

    label: str
    url: str


@dataclass(frozen=True)
class Attachment:
    """A file that comes with the mail; one in plain text unless it says otherwise."""

    name: str
    content: str | bytes
    content_type: str = "text/plain"


@dataclass(frozen=True)
class EmailContent:
    """The words of one mail. What orderers typed is in it through `typed`, never in the subject."""

    subject: str
    intro: tuple[str, ...]  # paragraphs
    rows: tuple[Row, ...] = ()
    code: str = ""
    action: Link | None = None  # the button
    outro: tuple[str, ...] = ()
    link: Link | None = None  # for looking something up
    attachments: tuple[Attachment, ...] = ()
    reply_to: str = ""  # where answers go, if not to the sender


def page_url(name: str, *args: object, **kwargs: object) -> str:
    """Return the absolute URL of the page that is called `name`."""
    return urljoin(settings.BASE_URL, reverse(name, args=args, kwargs=kwargs))


def typed(text: str | None) -> str:
    """Return what an orderer typed, cut to 60 characters, and never a link (contract, "Mail").

    Characters that show nothing, or change the direction of text, are left out.
    """
    apart = _unlinked(" ".join((text or "").split()))
    return apart if len(apart) <= MAX_TYPED else apart[: MAX_TYPED - 1] + "…"


def quoted(text: str) -> str:
    """Return what somebody declared, whole and with its lines, but never a link."""
    return "\n".join(_unlinked(" ".join(line.split())) for line in text.strip().splitlines())


def _unlinked(text: str) -> str:
    # Mail programs turn whatever looks like a link into one, so a hair space parts its words.
    visible = "".join(char for char in text if not INVISIBLE.match(char))
    return LINK_LIKE.sub(rf"\1{HAIR_SPACE}", visible)
