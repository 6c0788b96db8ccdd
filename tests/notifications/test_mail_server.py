"""A real mail server is told the domain that was meant, by IDNA 2008."""

from email import message_from_bytes

import pytest
from django.core import mail
from django.test import override_settings

from shop.notifications.emails.models import Message
from tests.factories import make_order, make_packed_order, make_user
from tests.notifications.mail_server import Replies, mail_server
from tests.notifications.sent import send_all
from tests.pages import visitor

pytestmark = pytest.mark.django_db

WIRE = {
    "jule@straßen-film.de": "jule@xn--straen-film-y6a.de",
    "a@ελλάς.gr": "a@xn--hxarsa0b.gr",
    "anna@bücher-kino.com": "anna@xn--bcher-kino-9db.com",
    "anna@ｂücher-kino。com": "anna@xn--bcher-kino-9db.com",
    "rina@דוגמה1.com": "rina@xn--1-3hccfd9c.com",
    "Mia+film@Example.com": "mia+film@example.com",
}


def sent() -> list[tuple[list[str], str]]:
    """Send what is due; of each mail: the recipients by RCPT, and the header To."""
    with mail_server(Replies()) as server:
        send_all()
    return [(told, str(message_from_bytes(content)["To"])) for told, content in server.taken]


@pytest.mark.parametrize("email", WIRE)
def test_mails_of_an_order_go_to_the_domain_that_was_meant(email: str) -> None:
    make_packed_order(user_email=email)
    wire = WIRE[email]
    assert sent() == [([wire], wire), ([wire], wire)]
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_domains_that_idna_2003_confused_get_their_own_mail() -> None:
    for email in ("jule@straßen-film.de", "jule@strassen-film.de"):
        make_order(user_email=email)
    assert [told for told, _to in sent()] == [
        ["jule@xn--straen-film-y6a.de"],
        ["jule@strassen-film.de"],
    ]


@pytest.mark.usefixtures("empty_cache")
def test_mail_about_an_account_goes_to_the_domain_that_was_meant() -> None:
    make_user(email="jule@straßen-film.de")
    visitor().post("/account/password/reset/", {"email": "jule@straßen-film.de"})
    wire = "jule@xn--straen-film-y6a.de"
    assert sent() == [([wire], wire)]


def test_row_of_a_mail_names_the_address_as_people_read_it() -> None:
    make_order(user_email="jule@xn--straen-film-y6a.de")
    assert Message.objects.get().recipient == "jule@straßen-film.de"


def test_sender_is_told_by_the_same_standard() -> None:
    # As `MAIL_FROM=Slate <no-reply@straße.example>` is read; `tests/test_settings.py` shows that.
    sender = "Slate <no-reply@xn--strae-oqa.example>"
    with mail_server(Replies()) as server, override_settings(DEFAULT_FROM_EMAIL=sender):
        mail.EmailMessage("Subject", "Text", to=["a@example.com"]).send()
    [(_told, content)] = server.taken
    assert message_from_bytes(content)["From"] == sender
