"""Mails rendered again from their rows, for others than their readers: without what lets one in."""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import override

from shop.notifications.emails.content import Attachment, EmailContent, Link
from shop.notifications.emails.kinds import Rendered, email_for, render_content
from shop.notifications.emails.models import Message

logger = logging.getLogger(__name__)

HASHES = re.compile("[0-9A-Fa-f]{32,}")


def render_again(message: Message) -> Rendered | None:
    """Return the mail of `message` as it would be written now, without secrets, in its language.

    None where what it was about has gone. Nothing is written. Attachments have names alone.
    """
    with override(message.language), transaction.atomic():
        try:
            email = email_for(message)
            content = without_secrets(email.content(), email.secrets())
            rendered = render_content(message, content)
        except Exception as error:  # noqa: BLE001 -- rows that it needs may be gone or emptied
            logger.info("%s cannot be rendered again: %r", message, error)
            return None
        finally:
            # Writing a mail may store things, such as the address that a link is made for.
            transaction.set_rollback(True)
    taken_out = escape(_link_removed(message.language))
    return replace(rendered, html=rendered.html.replace(f' href="{taken_out}"', ""))


def without_secrets(content: EmailContent, secrets: Iterable[str] = ()) -> EmailContent:
    """Return `content` without `secrets`, codes, and links that let anybody in."""

    def clean(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, _("[code removed]"))
        return HASHES.sub("…", text)

    return replace(
        content,
        subject=clean(content.subject),
        intro=tuple(map(clean, content.intro)),
        rows=tuple(
            replace(row, value=clean(row.value), url=_harmless(row.url)) for row in content.rows
        ),
        code=content.code and _("[code removed]"),
        action=_without_secret(content.action),
        outro=tuple(map(clean, content.outro)),
        link=_without_secret(content.link),
        attachments=tuple(
            Attachment(each.name, "", each.content_type) for each in content.attachments
        ),
    )


def _without_secret(link: Link | None) -> Link | None:
    return link and replace(link, url=_harmless(link.url))


def _harmless(url: str) -> str:
    """Return `url` if it is no secret: of a page of ours that is named by numbers alone."""
    parts, ours = urlsplit(url), urlsplit(settings.BASE_URL)
    if not url or parts.netloc != ours.netloc:
        return url  # where a project's members work
    try:
        match = resolve(parts.path)
    except Resolver404:
        return _("[link removed]")
    named = (*match.args, *match.kwargs.values())
    is_harmless = not parts.query and all(isinstance(value, int) for value in named)
    return url if is_harmless else _("[link removed]")


def _link_removed(language: str) -> str:
    with override(language):
        return _("[link removed]")
