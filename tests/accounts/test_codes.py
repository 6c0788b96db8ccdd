"""Sign-in by e-mailed code, for users who may, without revealing who they are."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.codes import code_of, new_seed
from shop.notifications.emails.models import Message
from shop.tenancy.models import User
from tests.accounts.factors import LOGIN, SECOND_STEP, add_app, app_code, member_with_passkey
from tests.accounts.passkey import ADD, Passkey, add, at_localhost
from tests.factories import make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import Response, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

ASK = "/account/login/code/"
CONFIRM = "/account/login/code/confirm/"


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def ask(browser: Client, email: str, **more: str) -> Response:
    return browser.post(ASK, {"email": email, **more})


def code_in(mailoutbox: list[EmailMessage]) -> str:
    """The code of the newest mail."""
    found = re.search(r"^\d{4} \d{4}$", str(mailoutbox[-1].body), re.MULTILINE)
    assert found
    return found[0]


def sign_in_by_code(browser: Client, email: str, mailoutbox: list[EmailMessage]) -> Response:
    ask(browser, email)
    send_all()
    return browser.post(CONFIRM, {"code": code_in(mailoutbox)})


@pytest.mark.parametrize(("language", "subject"), [("en", "Your code"), ("de", "Ihr Code")])
def test_mailed_code_lets_in(language: str, subject: str, mailoutbox: list[EmailMessage]) -> None:
    user, browser = make_user(), visitor(language=language)
    answer = sign_in_by_code(browser, user.email.upper(), mailoutbox)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert is_in(browser)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([user.email], subject)
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert "http" not in str(mail.body)


def test_code_leads_back_to_where_one_came_from(mailoutbox: list[EmailMessage]) -> None:
    user, browser = make_user(), visitor()
    answer = ask(browser, user.email, next="/tiers/s/")
    send_all()
    way = answer.headers["Location"]
    assert 'name="next" value="/tiers/s/"' in html(browser.get(way))
    answer = browser.post(way, {"code": code_in(mailoutbox), "next": "/tiers/s/"})
    assert answer.headers["Location"] == "/tiers/s/"


def test_code_may_be_typed_without_its_gap(mailoutbox: list[EmailMessage]) -> None:
    user, browser = make_user(), visitor()
    ask(browser, user.email)
    send_all()
    browser.post(CONFIRM, {"code": code_in(mailoutbox).replace(" ", "")})
    assert is_in(browser)


def test_code_works_in_the_browser_that_asked_for_it_alone(
    mailoutbox: list[EmailMessage],
) -> None:
    user, browser = make_user(), visitor()
    ask(browser, user.email)
    send_all()
    other = visitor()
    ask(other, make_user().email)
    other.post(CONFIRM, {"code": code_in(mailoutbox)})
    assert not is_in(other)


def test_third_wrong_code_ends_it(mailoutbox: list[EmailMessage]) -> None:
    user, browser = make_user(), visitor()
    ask(browser, user.email)
    send_all()
    for _ in range(3):
        browser.post(CONFIRM, {"code": "0"})
    browser.post(CONFIRM, {"code": code_in(mailoutbox)})
    assert not is_in(browser)


def nobody() -> str:
    return "nobody@example.com"


def not_joined() -> str:
    make_packed_order()
    return "nicecustomer@gmx.com"


def not_joined_but_active() -> str:
    return make_user(joined_at=None).email


def closed() -> str:
    return make_user(is_active=False).email


def of_the_demo() -> str:
    return make_user(demo=True).email


OUTSIDE = [nobody, not_joined, not_joined_but_active, closed, of_the_demo]


@pytest.mark.parametrize("who", OUTSIDE)
def test_pages_say_to_everybody_what_they_say_to_members(
    who: type, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    email, member = who(), make_user().email
    Message.objects.all().delete()
    settings.DEMO = False
    told = []
    for address in (member, email):
        browser = visitor()
        asked = ask(browser, address)
        pages = [browser.get(CONFIRM), *(browser.post(CONFIRM, {"code": "1"}) for _ in range(2))]
        last = browser.post(CONFIRM, {"code": "1"})
        told.append(
            [
                (asked.status_code, asked["Location"], last.status_code, last["Location"]),
                *(words(page).replace(address, "…") for page in pages),
                words(browser.get(ASK)),
            ]
        )
        assert not is_in(browser)
    assert told[0] == told[1]
    send_all()
    assert [mail.to for mail in mailoutbox] == [[member]]


def test_asking_takes_the_same_steps_for_all() -> None:
    """One row is written in any case, and no mail server is waited for."""
    steps = []
    for email in (make_user().email, "nobody@example.com"):
        browser = visitor()
        with CaptureQueriesContext(connection) as queries:
            ask(browser, email)
        writes = [query["sql"].partition(" ")[0] for query in queries]
        steps.append([kind for kind in writes if kind in {"INSERT", "UPDATE", "DELETE"}])
    assert steps[0] == steps[1]
    assert Message.objects.filter(kind="code").count() == 2


def test_row_does_not_hold_the_code(mailoutbox: list[EmailMessage]) -> None:
    email = make_user().email
    ask(visitor(), email)
    send_all()
    digits = code_in(mailoutbox).replace(" ", "")
    row = str(Message.objects.values().get())
    assert email in row
    assert digits not in row
    assert code_in(mailoutbox) not in row


def test_codes_differ_and_come_from_our_key(settings: Settings) -> None:
    seed = new_seed()
    assert re.fullmatch(r"\d{4} \d{4}", code_of(seed))
    assert code_of(seed) == code_of(seed) != code_of(new_seed())
    before = code_of(seed)
    settings.SECRET_KEY = "another key"
    assert code_of(seed) != before


def test_late_code_is_not_sent_any_more(mailoutbox: list[EmailMessage]) -> None:
    ask(visitor(), make_user().email)
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    send_all()
    assert mailoutbox == []
    assert Message.objects.get().state == Message.State.OBSOLETE


def test_many_wishes_are_stopped_outside_the_demo(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    user = make_user()
    for email in (user.email, "nobody@example.com"):
        pages = [ask(visitor(), email) for _ in range(4)]
        assert [page.status_code for page in pages] == [302, 302, 302, 200]
        assert "Too many failed login attempts" in words(pages[3])


def test_who_was_closed_out_meanwhile_is_not_let_in(mailoutbox: list[EmailMessage]) -> None:
    user, browser = make_user(), visitor()
    ask(browser, user.email)
    send_all()
    User.objects.update(is_active=False)
    answer = browser.post(CONFIRM, {"code": code_in(mailoutbox)})
    assert answer["Location"] == LOGIN
    assert "We could not sign you in." in words(browser.get(LOGIN))
    assert not is_in(browser)


def test_code_of_an_address_that_was_given_up_meanwhile_lets_nobody_in(
    mailoutbox: list[EmailMessage],
) -> None:
    user, browser = make_user(), visitor()
    ask(browser, user.email)
    send_all()
    EmailAddress.objects.filter(user=user).update(email="new@example.com")
    User.objects.filter(pk=user.pk).update(email="new@example.com")
    browser.post(CONFIRM, {"code": code_in(mailoutbox)})
    assert not is_in(browser)
    sign_in_by_code(browser, "new@example.com", mailoutbox)
    assert is_in(browser)


def test_code_does_not_stand_in_for_the_app(mailoutbox: list[EmailMessage]) -> None:
    user, browser = make_user(), visitor()
    add_app(user)
    assert sign_in_by_code(browser, user.email, mailoutbox)["Location"] == SECOND_STEP
    assert not is_in(browser)
    browser.post(SECOND_STEP, {"code": app_code()})
    assert is_in(browser)


def test_member_with_nothing_but_a_lost_passkey_comes_in_by_code_and_adds_another(
    mailoutbox: list[EmailMessage],
) -> None:
    user, _lost = member_with_passkey()
    browser = at_localhost()
    assert sign_in_by_code(browser, user.email, mailoutbox)["Location"] == "/portal/"
    assert is_in(browser)
    assert add(browser, Passkey()).status_code == 302


def test_a_session_of_old_does_not_add_passkeys(
    mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    user, _lost = member_with_passkey()
    browser = at_localhost()
    sign_in_by_code(browser, user.email, mailoutbox)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = -1
    assert "reauthenticate" in browser.get(ADD)["Location"]


@pytest.mark.parametrize("has", ["password", "app", "staff"])
def test_where_the_passkey_is_a_second_factor_a_code_is_not_enough(
    has: str, mailoutbox: list[EmailMessage]
) -> None:
    user, _passkey = member_with_passkey()
    if has == "password":
        user.set_password("quite a long phrase")
    elif has == "app":
        add_app(user)
    else:
        user.is_staff = True
    user.save()
    mailoutbox.clear()
    browser = at_localhost()
    assert sign_in_by_code(browser, user.email, mailoutbox)["Location"] == SECOND_STEP
    assert not is_in(browser)


def test_member_with_a_passkey_alone_who_wants_a_password_is_led_to_the_code(
    mailoutbox: list[EmailMessage],
) -> None:
    user, _passkey = member_with_passkey()
    send_all()
    mailoutbox.clear()
    visitor().post("/account/password/reset/", {"email": user.email})
    send_all()
    (mail,) = mailoutbox
    assert "/account/login/code/" in str(mail.body)
    assert "/password/reset/key/" not in str(mail.body)
