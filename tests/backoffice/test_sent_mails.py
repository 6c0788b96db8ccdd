"""Mails as they read: rendered again from their rows, without what lets anybody in."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.notifications.emails.content import EmailContent, Link, Row, page_url
from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from shop.notifications.emails.rendered_again import render_again, without_secrets
from shop.orders.models import Order
from shop.tenancy.invitations import join_code, join_token
from shop.tenancy.models import User
from tests.factories import bystander, make_order, make_packed_order, make_staff
from tests.notifications.each_kind import make_message
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

LONG = re.compile(r"[0-9a-f]{32}|[A-Za-z0-9_-]{20,}[:.][A-Za-z0-9_-]{6,}")  # hashes, signed tokens


def text_of(message: Message) -> str:
    """All that staff see of a mail."""
    mail = render_again(message)
    assert mail
    return f"{mail.subject}\n{mail.text}\n{re.sub('<style>.*?</style>', '', mail.html, flags=re.DOTALL)}"


def test_invitation_reads_as_it_was_sent_without_its_link_and_code() -> None:
    order = make_packed_order(language="en")
    message = order.messages.get(kind="invitation")
    sent, shown = render(message), text_of(message)
    assert order.invitation
    secrets = (
        *(order.order_hash, join_token(order.invitation), join_code(order.invitation)),
        *(f"/join/{join_token(order.invitation)[:10]}",),
    )
    for secret in secrets:
        assert secret in sent.text, secret
        assert secret not in shown, secret
    assert "Your access is ready" in shown
    assert "Everything is set up. Use this link to join." in shown
    assert "Join the project:\n[link removed]" in shown
    assert "[code removed]" in shown
    assert 'href="[link removed]"' not in shown


@pytest.mark.parametrize("kind", Message.Kind.values)
def test_no_kind_gives_away_a_link_a_token_or_a_code(kind: str, settings: Settings) -> None:
    message = make_message(kind, "de", settings)
    sent, shown = render(message), text_of(message)
    # What is shown of addresses: of pages that are named by numbers alone.
    for address in re.findall(rf"{re.escape(settings.BASE_URL)}(/\S*?)[\"<\s]", shown):
        assert re.fullmatch(r"/[a-z/-]*(\d+/)?[a-z/-]*", address), address
    for order in Order.objects.all():
        assert order.order_hash not in shown
        if order.invitation:
            assert join_code(order.invitation) not in shown
    assert not LONG.search(shown.replace(message.recipient, ""))
    if kind == "code":
        code = re.findall(r"\d{4} \d{4}", sent.text)
        assert code
        assert code[0] not in shown


def test_secret_links_rows_and_codes_are_taken_out() -> None:
    order = make_order()
    page = page_url("registration", order.order_hash)
    content = EmailContent(
        subject=f"About {order.order_hash}",
        intro=("Your code is K7-QM.",),
        rows=(Row("Order", "x", page), Row("Help", "y", page_url("contact"))),
        code="1234 5678",
        action=Link("Open", page),
        outro=(f"See {order.order_hash.upper()}",),
        link=Link("Product", "https://product.example/projects/7"),
    )
    shown = without_secrets(content, ["K7-QM"])
    assert shown == EmailContent(
        subject="About …",
        intro=("Your code is [code removed].",),
        rows=(Row("Order", "x", "[link removed]"), Row("Help", "y", page_url("contact"))),
        code="[code removed]",
        action=Link("Open", "[link removed]"),
        outro=("See …",),
        link=Link("Product", "https://product.example/projects/7"),
    )


def test_page_says_that_the_mail_was_rendered_again() -> None:
    order = make_packed_order(language="de", client_name="Isarfilm")
    message = order.messages.get(kind="received")
    page = visitor(make_staff("viewer")).get(f"/staff/mails/sent/{message.pk}/")
    text = words(page)
    assert "This is how the e-mail would be written now" in text
    assert "Isarfilm" in text
    assert 'lang="de"' in html(page)
    assert order.order_hash not in html(page)
    frame = visitor(make_staff("viewer")).get(f"/staff/mails/sent/{message.pk}/html/")
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "Isarfilm" in html(frame)
    assert order.order_hash not in html(frame)
    order_page = visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/")
    assert f'href="/staff/mails/sent/{message.pk}/"' in html(order_page)


def test_rendering_again_writes_nothing() -> None:
    with bystander() as order:
        for message in order.messages.all():
            assert render_again(message)
        before = list(Message.objects.values())
        render_again(order.messages.latest("pk"))
        assert list(Message.objects.values()) == before


def test_mail_whose_subject_has_gone_says_so() -> None:
    order = make_packed_order()
    message = order.messages.get(kind="invitation")
    assert render_again(message)
    Order.objects.filter(pk=order.pk).update(invitation=None)
    browser: Client = visitor(make_staff("viewer"))
    page = browser.get(f"/staff/mails/sent/{message.pk}/")
    assert page.status_code == 200
    assert "This e-mail cannot be shown" in words(page)
    assert browser.get(f"/staff/mails/sent/{message.pk}/html/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "readers"),
    [
        ("received", {"viewer", "agent", "billing"}),
        ("invoice", {"viewer", "agent", "billing"}),
        ("alarm", set()),
        ("colleague", set()),
    ],
)
def test_mails_are_read_by_those_who_may_know_of_their_subject(
    kind: str, readers: set[str], settings: Settings
) -> None:
    path = f"/staff/mails/sent/{make_message(kind, 'en', settings).pk}/"
    users: dict[str, User] = {name: make_staff(name) for name in ("viewer", "agent", "billing")}
    answers: dict[str, Any] = {name: visitor(user).get(path) for name, user in users.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == readers
    assert visitor(make_staff()).get(path).status_code == 200
    assert visitor(make_staff("export")).get(path).status_code == 403
