"""Content of mails, and the limits of what orderers can put into them."""

import re
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMessage
from django.utils.html import escape, urlize
from pytest_django import Settings

from shop.notifications.emails.content import typed
from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, resend_invitation
from shop.orders.models import Order
from shop.tenancy.invitations import read_join_token
from shop.tenancy.models import Invitation, Project
from tests.factories import make_bare_order, make_order, make_packed_order
from tests.notifications.sent import html_of, send_all
from tests.pages import assert_left_out

EVIL = "Win now: https://evil.example/a?b=c or www.evil.example, mail evil@evil.example"
INVISIBLE = re.compile("[\N{WORD JOINER}\N{ZERO WIDTH SPACE}\N{HAIR SPACE}]")
db = pytest.mark.django_db


def links(text: str) -> set[str]:
    return set(re.findall(r"https?://[^\s\"'<>]+", text))


def join_and_project(text: str) -> tuple[str, str]:
    """The two links of an invitation: to join, and to where the project is opened then."""
    project, join = sorted(links(text))
    return join, project


@db
@pytest.mark.parametrize("language", ["de", "en"])
def test_confirmation_has_text_and_html_with_the_link_in_both(
    language: str, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    order = make_order(language=language)
    send_all()
    (mail,) = mailoutbox
    link = f"{settings.BASE_URL}/register/{order.order_hash}/"
    contact = f"{settings.BASE_URL}/contact/"
    assert links(str(mail.body)) == {link, contact}
    assert links(html_of(mail)) == {link, contact}
    assert f'href="{link}"' in html_of(mail)
    assert html_of(mail).count(link) == 2
    assert f'lang="{language}"' in html_of(mail)


@db
def test_confirmation_is_in_english(mailoutbox: list[EmailMessage]) -> None:
    make_order(language="en")
    send_all()
    (mail,) = mailoutbox
    number = Order.objects.get().order_number
    assert mail.subject == f"We have received your order {number}"
    assert "Hello," in str(mail.body)
    assert "€58.31 a month" in str(mail.body)


@db
def test_confirmation_is_in_german(mailoutbox: list[EmailMessage]) -> None:
    make_order(language="de")
    send_all()
    (mail,) = mailoutbox
    assert mail.subject == f"Ihre Bestellung {Order.objects.get().order_number} ist eingegangen"
    assert "Guten Tag,\n\nvielen Dank für Ihre Bestellung." in str(mail.body)
    assert "58,31\N{NO-BREAK SPACE}€" in str(mail.body)
    assert "58,31\N{NO-BREAK SPACE}€" in html_of(mail)
    assert not re.search(r"\b(your|order|please)\b", str(mail.body), re.IGNORECASE)


@db
def test_confirmation_of_an_incomplete_order_asks_for_the_rest(
    mailoutbox: list[EmailMessage],
) -> None:
    make_bare_order("s", user_email="a@gmx.com", language="en")
    send_all()
    assert "We still need a few details from you." in str(mailoutbox[0].body)
    assert "We still need a few details from you." in html_of(mailoutbox[0])


@db
def test_free_order_names_no_price(mailoutbox: list[EmailMessage]) -> None:
    for tier in ("s", "Yamdu FREE"):
        make_order(tier, language="en")
        send_all()
    priced, free = mailoutbox
    assert_left_out("€", there=str(priced.body), here=str(free.body))
    assert_left_out("€", there=html_of(priced), here=html_of(free))


@db
@pytest.mark.parametrize("language", ["de", "en"])
def test_invitation_carries_a_link_that_lets_in(
    language: str, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    order = make_packed_order(language=language)
    send_all()
    mail = mailoutbox[1]
    link, project = join_and_project(str(mail.body))
    assert links(html_of(mail)) == {link, project}
    assert link.startswith(f"{settings.BASE_URL}/register/{order.order_hash}/join/")
    assert project == f"{settings.BASE_URL}/dev/project/{Project.objects.get().pk}/"
    token = urlsplit(link).path.rstrip("/").rpartition("/")[2]
    assert read_join_token(token, Invitation.objects.get())
    assert "7" in str(mail.body)
    assert "Constantin Film" in str(mail.body)


@db
def test_lifetime_in_the_mail_is_that_of_the_link(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.INVITATION_DAYS = 1
    make_packed_order(language="en")
    send_all()
    assert "The link works once and expires after 1 day." in str(mailoutbox[1].body)


@db
def test_mail_asked_for_again_carries_the_new_link(mailoutbox: list[EmailMessage]) -> None:
    order = make_packed_order()
    send_all()
    assert resend_invitation(order) == Resent.QUEUED
    send_all()
    (old, _), (new, _) = (join_and_project(str(mail.body)) for mail in mailoutbox[1:])
    assert old != new
    assert "-2~" in new


@db
@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_an_orderer_typed_is_in_a_subject(
    language: str, mailoutbox: list[EmailMessage]
) -> None:
    typed_in = {name: f"Zebra{name}" for name in ("client_name", "project_name")}
    make_packed_order(
        language=language, user_first_name="Zebra", user_last_name="Zebra", **typed_in
    )
    send_all()
    assert len(mailoutbox) == 2
    assert not any("Zebra" in mail.subject or "\n" in mail.subject for mail in mailoutbox)


@db
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_an_orderer_typed_is_never_a_link_in_a_mail(
    language: str, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    make_packed_order(
        language=language,
        client_name=EVIL,
        project_name='<a href="https://evil.example">x</a>',
        user_first_name="https://evil.example",
    )
    send_all()
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        for text in (str(mail.body), html_of(mail)):
            assert {urlsplit(link).netloc for link in links(text)} == {
                urlsplit(settings.BASE_URL).netloc
            }
            assert "evil.example" not in text
        assert set(re.findall(r'<a\s+href="(https?:[^"]+)"', html_of(mail))) == links(
            str(mail.body)
        )
        # A mail program that makes links of what looks like one finds only ours.
        # Escaped first, so that an href that somebody typed is none that we wrote.
        found = re.findall(r'href="[^"]*"', urlize(escape(str(mail.body))))
        assert found
        assert "evil" not in "".join(found)


@db
def test_what_an_orderer_typed_is_cut_in_mails(mailoutbox: list[EmailMessage]) -> None:
    make_packed_order(client_name="c" * 200, project_name="p" * 200)
    send_all()
    for mail in mailoutbox:
        for text in (str(mail.body), html_of(mail)):
            assert "c" * 59 + "…" in text
            assert "c" * 60 not in text
            assert "p" * 60 not in text


@db
def test_message_keeps_its_id_over_tries() -> None:
    make_order()
    message = Message.objects.get()
    assert render(message).message_id == render(message).message_id


@db
def test_two_messages_have_ids_of_their_own(mailoutbox: list[EmailMessage]) -> None:
    make_packed_order()
    send_all()
    ids = [mail.extra_headers["Message-ID"] for mail in mailoutbox]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"<message-\d+\.[0-9a-f]{32}@[\w.-]+>", value) for value in ids)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Constantin Film", "Constantin Film"),
        ("", ""),
        (None, ""),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        ("a  b\u2028c\u00a0d", "a b c d"),
        ("Film. Und mehr", "Film. Und mehr"),
    ],
)
def test_typed_text_is_cut_and_in_one_line(text: str | None, shown: str) -> None:
    assert typed(text) == shown


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "www.evil.example", "evil.example/x", "a@evil.example", "//evil.com"],
)
def test_typed_text_is_no_link_for_whoever_looks_for_links(text: str) -> None:
    assert "<a" in urlize(text) or text.startswith(("//", "evil.example/"))
    assert "<a" not in urlize(typed(text))
    assert INVISIBLE.sub("", typed(text)) == text
