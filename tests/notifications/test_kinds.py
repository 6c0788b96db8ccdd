"""Every kind of mail, from real rows and in both languages: what holds for all of them."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from shop.notifications.emails.content import typed
from shop.notifications.emails.kinds import KINDS, render
from shop.notifications.emails.models import Message
from tests.factories import make_seller
from tests.notifications.each_kind import make_message
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db


HOSTILE = "<b>Zebra</b> https://evil.example " + "z" * 100
NO_ACTION = {"code", "address", "contact", "receipt", "deleted"}
TO_SUPPORT = ("mailto:hilfe@slate.example", "tel:+49895550124")
# It quotes what was declared, or what a colleague has written, with its full length.
WHOLE = {"receipt", "mention"}


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Visible(HTMLParser):
    """Parser that collects the text a reader of the HTML sees."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.within: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.within += [tag] if tag in {"head", "style", "title"} else []

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        self.text += f" {data} " if not self.within else ""


def words(text: str) -> list[str]:
    # "Label:" stands before a link or a fact in the text; in the HTML the layout shows it.
    return [found for word in text.split() if (found := word.rstrip(":"))]


def test_every_kind_has_a_class_with_samples() -> None:
    assert set(KINDS) == set(Message.Kind.values)
    assert all(email.samples for email in KINDS.values())


def test_text_and_html_say_the_same(kind: str, language: str, settings: Settings) -> None:
    mail = render(make_message(kind, language, settings))
    seen = Visible(mail.html)
    assert words(seen.text) == ["Slate", *words(mail.subject), *words(mail.text)]
    assert "Slate" in mail.text.splitlines()[-2:]
    assert ("html", {"lang": language}) in seen.tags
    assert mail.text.startswith("Hello,\n" if language == "en" else "Guten Tag,\n")


def test_mail_ends_with_who_sells(settings: Settings) -> None:
    message = make_message("received", "de", settings)
    assert render(message).text.endswith("\nSlate\n")
    make_seller()
    seller = "Lichtspiel Software GmbH · Lindwurmstraße 88 · 80337 München · Amtsgericht München"
    mail = render(message)
    assert mail.text.endswith(f"\nSlate\n{seller}, HRB 215347\n")
    assert f"Slate {seller}" in " ".join(Visible(mail.html).text.split())


def test_html_fetches_nothing_and_follows_dark_mode(
    kind: str, language: str, settings: Settings
) -> None:
    mail = render(make_message(kind, language, settings))
    tags = Visible(mail.html).tags
    assert {tag for tag, _ in tags}.isdisjoint({"img", "link", "script", "iframe", "form"})
    assert not any({"src", "style", "background"} & set(attributes) for _, attributes in tags)
    (style,) = re.findall(r"<style>(.*?)</style>", mail.html, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    assert "color-scheme: light dark" in style
    assert "@media (prefers-color-scheme: dark)" in style


def test_mail_has_one_action_which_leads_somewhere(
    kind: str, language: str, settings: Settings, client: Client
) -> None:
    mail = render(make_message(kind, language, settings))
    tags = Visible(mail.html).tags
    buttons = [a for tag, a in tags if tag == "a" and a.get("class") == "button"]
    assert len(buttons) == (0 if kind in NO_ACTION else 1)
    ours = [a for tag, a in tags if tag == "a" and a.get("href") in TO_SUPPORT]
    assert len(ours) == len(TO_SUPPORT)
    others = [a for tag, a in tags if tag == "a" and a.get("class") != "button" and a not in ours]
    assert len(others) <= 1
    for link in buttons + others:
        address = link["href"] or ""
        assert address in mail.text.split()
        assert address.startswith(f"{settings.BASE_URL}/")
        assert "?" not in address  # nothing to tell readers apart by
        assert client.get(urlsplit(address).path).status_code in {200, 302}


def test_mail_says_that_a_program_wrote_it(
    kind: str, language: str, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    message = make_message(kind, language, settings)
    send_all()
    message.refresh_from_db()
    assert message.state == "sent"
    (mail,) = [
        mail
        for mail in mailoutbox
        if mail.extra_headers["Message-ID"].startswith(f"<message-{message.pk}.")
    ]
    source = mail.message()
    assert source["Auto-Submitted"] == "auto-generated"
    assert mail.to == [message.recipient]


def test_what_was_typed_is_shown_as_typed_and_cut(
    kind: str, language: str, settings: Settings
) -> None:
    mail = render(make_message(kind, language, settings, HOSTILE))
    assert "Zebra" not in mail.subject
    assert "<b>Zebra" not in mail.html
    for text in (mail.text, mail.html):
        if kind in WHOLE:
            assert "z" * 100 in text
        else:
            assert "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz" not in text
        assert "evil.example" not in text
    for tag, attributes in Visible(mail.html).tags:
        assert "evil" not in str(attributes), tag
    if kind in {"received", "reminder", "invitation", "packed", "attention", "cancelled"}:
        assert f" {typed(HOSTILE)}\n" in mail.text
        assert f"<bdi>{escape(typed(HOSTILE))}</bdi>" in mail.html
