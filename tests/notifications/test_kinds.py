"""Kinds of mail, each from real rows and in both languages: content and obsolescence."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.idp.oidc.models import Token
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import Settings

from shop.content.models import Version
from shop.notifications.emails.codes import new_seed
from shop.notifications.emails.content import typed
from shop.notifications.emails.kinds import KINDS, email_for, render
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import (
    queue_code,
    queue_password_reset,
    queue_reminder,
    queue_security_notice,
)
from shop.orders.corrections import readdress
from shop.orders.models import Basket, Order, State
from shop.orders.placing import Caller
from shop.orders.states import transition
from shop.tenancy.models import User
from tests.factories import (
    make_bare_order,
    make_client,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)
from tests.notifications.sent import html_of, send_all

pytestmark = pytest.mark.django_db

HOSTILE = "<b>Zebra</b> https://evil.example " + "z" * 100
NO_ACTION = {"code", "address"}
ATTENTION = "tests.notifications.steps.ask_for_another_name"


def make_message(  # noqa: C901 -- a case for each kind
    kind: str, language: str, settings: Settings, name: str = "Zebra AG"
) -> Message:
    """Return a message of `kind`, queued by what queues it in the shop."""
    names: dict[str, Any] = {"client_name": name, "project_name": name, "language": language}
    known = make_user(language=language)
    match kind:
        case "received":
            make_order(**names)
        case "reminder":
            queue_reminder(
                make_bare_order("s", user_email="a@gmx.com", **names | {"client_name": None})
            )
        case "invitation":
            make_packed_order(**names)
        case "packed":
            make_order(caller=Caller(user=known), **names)
            pack_all()
        case "attention":
            settings.PACKING_STEPS = [ATTENTION]
            make_order(**names)
            pack_all()
        case "cancelled":
            transition(make_order(**names), State.CANCELLED, note="Ordered twice.")
        case "address":
            assert readdress(make_order(**names), "new@gmx.com", actor=None)
        case "password":
            queue_password_reset(known.email, language)
        case "code":
            queue_code(known, known.email, language, seed=new_seed())
        case "change":
            queue_security_notice(known, "webauthn_added", known.email, ip="192.0.2.7")
        case "alarm":
            order = make_order("xl", **names)
            pack_all()
            told = {"pk": order.pk, "state": "need_human", "reason": "manual_tier"}
            told["since"] = timezone.now().isoformat()
            details = {"count": 2, "oldest_minutes": 61, "orders": [told]}
            staff = make_user(is_staff=True, language=language)
            Message.objects.create(
                kind=kind, user=staff, recipient=staff.email, language=language, details=details
            )
    return Message.objects.get(kind=kind)


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
    assert words(seen.text) == ["Slate", *words(mail.subject), *words(mail.text)[:-1]]
    assert words(mail.text)[-1] == "Slate"
    assert ("html", {"lang": language}) in seen.tags
    assert ("Good day," in mail.text) == (language == "en")


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
    others = [a for tag, a in tags if tag == "a" and a.get("class") != "button"]
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
        if mail.extra_headers["Message-ID"].startswith(f"<message-{message.pk}@")
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
        assert "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz" not in text
        assert "evil.example" not in text
    for tag, attributes in Visible(mail.html).tags:
        assert "evil" not in str(attributes), tag
    if kind in {"received", "reminder", "invitation", "packed", "attention", "cancelled"}:
        assert f" {typed(HOSTILE)}\n" in mail.text
        assert f"{escape(typed(HOSTILE))}</td>" in mail.html


def agree(order: Order) -> Version:
    terms = Version.objects.filter(page_id="terms").latest()
    Basket.objects.create(order=order, terms=terms, agreed_at=timezone.now())
    return terms


def test_confirmation_brings_the_terms_that_were_agreed_to(
    language: str, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    terms = agree(make_order(language=language))
    Version.objects.create(
        page=terms.page, number=terms.number + 1, title_de="N", title_en="N", text_de="Neu",
        text_en="New",
    )  # fmt: skip
    send_all()
    (mail,) = mailoutbox
    ((name, content, kind),) = [tuple(attachment) for attachment in mail.attachments]
    assert (name, kind) == (f"terms-{terms.number}.txt", "text/plain")
    assert (
        content
        == f"{getattr(terms, f'title_{language}')}\n\n{getattr(terms, f'text_{language}')}\n"
    )
    for text in (str(mail.body), html_of(mail)):
        assert f" {terms.number})" in text
        assert f"{settings.BASE_URL}/terms/" in text


def test_confirmation_without_consent_speaks_of_no_terms(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    send_all()
    assert mailoutbox[0].attachments == []
    assert "/terms/" not in str(mailoutbox[0].body)


def test_confirmation_says_price_net_and_gross(mailoutbox: list[EmailMessage]) -> None:
    make_order("s", language="en")
    make_order("Yamdu FREE", language="en", user_email="other@gmx.com")
    send_all()
    paid, free = (str(mail.body) for mail in mailoutbox)
    assert "Price: €58.31 a month, including 19% VAT\nNet a month: €49.00\n" in paid
    assert "Price: free of charge\n" in free
    assert "Net a month" not in free


def test_reason_of_staff_is_in_the_mail_and_in_no_row(settings: Settings) -> None:
    message = make_message("cancelled", "en", settings)
    assert "Ordered twice." in render(message).text
    assert "Ordered" not in str(Message.objects.filter(pk=message.pk).values().get())


def test_old_address_learns_neither_the_new_one_nor_a_way_in(settings: Settings) -> None:
    message = make_message("address", "en", settings)
    order = message.order
    assert order is not None
    assert message.recipient == "nicecustomer@gmx.com"
    for text in (render(message).text, render(message).html):
        assert "new@gmx.com" not in text
        assert order.order_hash not in text
        assert "Zebra" not in text


def test_who_ordered_for_somebody_else_is_told_in_their_own_language() -> None:
    orderer = make_user(language="de")
    make_order(caller=Caller(user=orderer), language="en")
    pack_all()
    message = Message.objects.get(kind="packed")
    assert (message.recipient, message.language) == (orderer.email, "de")
    assert "n…@g….com" in render(message).text
    assert "nicecustomer" not in render(message).text


def test_client_admin_by_token_is_told_of_a_member_of_somebody_else() -> None:
    admin = make_user()
    make_project(client=make_client(client_admin=admin))
    make_order(client_name=None, client_id=admin.administered_clients.get().pk,
               admin_user_access_token=make_token(admin))  # fmt: skip
    pack_all()
    assert Message.objects.get(kind="packed").recipient == admin.email


def test_who_orders_for_themselves_is_invited_and_told_no_more() -> None:
    orderer = make_user()
    make_order(caller=Caller(user=orderer), user_email=orderer.email)
    pack_all()
    assert set(Message.objects.values_list("kind", flat=True)) == {"received", "invitation"}


def test_need_for_a_person_is_told_once_whatever_the_cause() -> None:
    order = make_order("xl", language="en")
    pack_all()
    message = Message.objects.get(kind="attention")
    assert "A person looks at this order. We get back to you" in render(message).text
    order.refresh_from_db()
    for fault in ("no_place", "tries_used_up"):
        transition(order, State.PENDING)
        transition(order, State.PACKING)
        transition(order, State.NEED_HUMAN, fault=fault)
    keys = Message.objects.filter(kind="attention").values_list("dedupe_key", flat=True)
    assert list(keys) == ["attention:need_human"]


def test_fault_that_is_ours_to_mend_is_no_mail() -> None:
    order = make_order(admin_user_access_token=make_token(make_user()))
    Token.objects.all().delete()
    pack_all()
    order.refresh_from_db()
    assert order.state == "has_packing_errors"
    assert not Message.objects.filter(kind="attention").exists()


def test_order_that_has_moved_on_needs_no_attention(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    message = make_message("attention", "en", settings)
    order = Order.objects.get()
    transition(order, State.PENDING)
    send_all()
    message.refresh_from_db()
    assert message.state == "obsolete"
    # It comes to the same again: now it is told.
    pack_all()
    send_all()
    message.refresh_from_db()
    assert message.state == "sent"
    assert len(mailoutbox) == 2


def test_alarm_is_obsolete_once_nothing_in_it_waits(settings: Settings) -> None:
    message = make_message("alarm", "en", settings)
    assert not email_for(message).is_obsolete()
    assert "2 orders wait for a person" in render(message).subject
    assert "1 h 01 min" in render(message).text
    transition(Order.objects.get(), State.CANCELLED)
    assert email_for(message).is_obsolete()


def test_alarm_is_for_staff_only(settings: Settings) -> None:
    message = make_message("alarm", "en", settings)
    User.objects.filter(email=message.recipient).update(is_staff=False)
    assert email_for(Message.objects.get(kind="alarm")).is_obsolete()


def test_alarm_names_webhooks_that_were_given_up(settings: Settings) -> None:
    message = make_message("alarm", "en", settings)
    message.details["orders"][0]["reason"] = "webhook"
    assert "A webhook was given up." in render(message).text


def test_what_waits_for_an_address_that_was_corrected_is_not_sent() -> None:
    order = make_order()
    assert not email_for(Message.objects.get()).is_obsolete()
    Order.objects.filter(pk=order.pk).update(user_email="other@gmx.com")
    assert email_for(Message.objects.get()).is_obsolete()
