"""A member is themselves in each spelling of their e-mail address, wherever they type it."""

import base64
import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from shop.notifications.emails.models import Message
from shop.tenancy.models import User
from tests.factories import PASSWORD, make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import html, join_address, visitor, words
from tests.registration.joining import join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

SHOWN = "anna@bücher-kino.com"
WIRE = "anna@xn--bcher-kino-9db.com"
SPELLINGS = (
    SHOWN,
    WIRE,
    "ANNA@Bücher-Kino.COM",
    "anna@bu\N{COMBINING DIAERESIS}cher-kino.com",
    "anna@ｂücher-kino.com",
    "anna@bücher-kino。com",
    f" {SHOWN} ",
)
every_spelling = pytest.mark.parametrize("spelling", SPELLINGS)


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def codes(mails: list[EmailMessage]) -> list[str]:
    found = (re.search(r"^\d{4} \d{4}$", str(mail.body), re.MULTILINE) for mail in mails)
    return [code[0] for code in found if code]


@every_spelling
def test_member_signs_in_by_any_spelling(spelling: str) -> None:
    make_user(email=SHOWN)
    browser = visitor()
    answer = browser.post("/account/login/", {"login": spelling, "password": PASSWORD})
    assert answer.headers["Location"] == "/portal/"
    assert is_in(browser)


@pytest.mark.parametrize("registered", [WIRE, "anna@bücher-kino。com"])
def test_member_invited_in_any_spelling_signs_in_by_the_usual_one(registered: str) -> None:
    order = make_packed_order(user_email=registered)
    assert SHOWN in words(visitor().get(join_address(order)))
    join(order)
    browser = visitor()
    login = {"login": SHOWN, "password": "quite a long phrase"}
    browser.post("/account/login/", login)
    assert is_in(browser)
    assert SHOWN in words(browser.get("/portal/"))


@every_spelling
def test_new_password_is_mailed_for_any_spelling(
    spelling: str, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user(email=SHOWN)
    visitor().post("/account/password/reset/", {"email": spelling})
    (message,) = Message.objects.all()
    assert (message.user, message.recipient) == (user, SHOWN)
    send_all()
    assert [mail.to for mail in mailoutbox] == [[WIRE]]


@every_spelling
def test_mailed_code_signs_in_for_any_spelling(
    spelling: str, mailoutbox: list[EmailMessage]
) -> None:
    make_user(email=SHOWN)
    browser = visitor()
    page = browser.post("/account/login/code/", {"email": spelling}, follow=True)
    assert SHOWN in words(page)
    send_all()
    (code,) = codes(mailoutbox)
    browser.post("/account/login/code/confirm/", {"code": code})
    assert is_in(browser)


@every_spelling
def test_program_authenticates_by_any_spelling(spelling: str) -> None:
    make_user(email=SHOWN)
    value = base64.b64encode(f"{spelling.strip()}:{PASSWORD}".encode()).decode()
    assert Client().get("/order", headers={"authorization": f"Basic {value}"}).status_code != 401
    wrong = base64.b64encode(b"anna@buecher-kino.com:" + PASSWORD.encode()).decode()
    assert Client().get("/order", headers={"authorization": f"Basic {wrong}"}).status_code == 401


def test_wrong_passwords_are_counted_by_mailbox() -> None:
    make_user(email=SHOWN)
    for spelling in SPELLINGS[:5]:
        visitor().post("/account/login/", {"login": spelling, "password": "wrong"})
    page = visitor().post("/account/login/", {"login": SHOWN, "password": PASSWORD})
    assert "Too many" in words(page)


@pytest.mark.parametrize(
    "spelling", ["gerda@STRAßE.example.com", "gerda@xn--strae-oqa.example.com"]
)
def test_changed_address_signs_in_by_any_spelling(
    spelling: str, mailoutbox: list[EmailMessage]
) -> None:
    user, other = make_user(), make_user(email="gerda@strasse.example.com")
    browser = visitor(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/email/", {"action_add": "1", "email": spelling})
    send_all()
    (code,) = codes(mailoutbox)
    browser.post("/account/confirm-email/", {"code": code})
    user.refresh_from_db()
    assert (user.email, user.canonical_email) == (
        "gerda@straße.example.com",
        "gerda@xn--strae-oqa.example.com",
    )
    again = visitor()
    again.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert is_in(again)
    other.refresh_from_db()
    assert other.email == "gerda@strasse.example.com"


@every_spelling
def test_address_of_another_member_in_any_spelling_is_not_taken_over(
    spelling: str, mailoutbox: list[EmailMessage]
) -> None:
    make_user(email=SHOWN)
    user = make_user()
    before, browser = user.email, visitor(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/email/", {"action_add": "1", "email": spelling})
    send_all()
    (code,) = codes(mailoutbox)
    browser.post("/account/confirm-email/", {"code": code})
    user.refresh_from_db()
    assert user.email == before
    assert User.objects.get(canonical_email=WIRE).email == SHOWN
    assert not EmailAddress.objects.filter(user=user, email=SHOWN, verified=True)


def sign_in_page(email: str) -> str:
    return html(visitor().post("/account/login/", {"login": email, "password": PASSWORD}))


def reset_page(email: str) -> str:
    return html(visitor().post("/account/password/reset/", {"email": email}))


def code_page(email: str) -> str:
    return html(visitor().post("/account/login/code/", {"email": email}))


@pytest.mark.parametrize("page", [sign_in_page, reset_page, code_page])
@pytest.mark.parametrize("email", ["jürgen@example.com", "anna@☃.com", "anna"])
def test_address_that_no_server_can_be_told_is_refused(
    page: Callable[[str], str], email: str
) -> None:
    assert "Please give an e-mail address like name@example.com." in page(email)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "email", [f"{'x' * 65}@example.com", "jürgen@example.com", "a@1.אב.com", '"a b"@example.com']
)
def test_new_address_that_no_server_can_be_told_is_refused(email: str) -> None:
    browser = visitor(make_user())
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    page = browser.post("/account/email/", {"action_add": "1", "email": email})
    assert "Please give an e-mail address like name@example.com." in words(page)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/account/login/", "login"),
        ("/account/password/reset/", "email"),
        ("/account/login/code/", "email"),
    ],
)
def test_browsers_leave_an_address_as_it_is_typed(path: str, name: str) -> None:
    page = html(visitor().get(path))
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found
    for attribute in ('type="text"', 'inputmode="email"', 'spellcheck="false"'):
        assert attribute in found[0]
    assert 'autocapitalize="none"' in found[0]
    assert 'type="email"' not in page
