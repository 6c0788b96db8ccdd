"""Sign-in by e-mail and password for users who have joined, and no sign-up."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.tenancy.models import User
from tests.factories import PASSWORD, make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

LOGIN = "/account/login/"
RESET = "/account/password/reset/"


def sign_in(browser: Client, email: str, password: str = PASSWORD) -> int:
    return browser.post(LOGIN, {"login": email, "password": password}).status_code


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def code_in(mailoutbox: list[EmailMessage]) -> str:
    """The code of the only mail."""
    (mail,) = mailoutbox
    found = re.search(r"^\d{4} \d{4}$", str(mail.body), re.MULTILINE)
    assert found
    return found[0]


def test_member_signs_in_by_email_and_password() -> None:
    user, browser = make_user(), visitor()
    answer = browser.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert is_in(browser)


def test_email_is_taken_whatever_its_case() -> None:
    user, browser = make_user(), visitor()
    assert sign_in(browser, user.email.upper()) == 302
    assert is_in(browser)


def test_login_name_is_not_for_signing_in() -> None:
    make_user(login="mia")
    browser = visitor()
    sign_in(browser, "mia")
    assert not is_in(browser)


def test_way_back_leads_to_where_one_came_from() -> None:
    user, browser = make_user(), visitor()
    answer = browser.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": "/tiers/s/"})
    assert answer.headers["Location"] == "/tiers/s/"


def test_way_back_leads_nowhere_else() -> None:
    user, browser = make_user(), visitor()
    answer = browser.post(
        LOGIN, {"login": user.email, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/portal/"


def test_wrong_password_is_told_in_the_page() -> None:
    user, browser = make_user(), visitor()
    page = browser.post(LOGIN, {"login": user.email, "password": "wrong"})
    assert "not correct" in words(page)
    title = re.findall(r"<title>(.*?)</title>", html(page), re.DOTALL)
    assert [" ".join(each.split()) for each in title] == ["Please check: Sign in · Slate"]
    assert user.email in html(page)
    assert "wrong" not in html(page).replace("went wrong", "")
    assert not is_in(browser)


def test_unknown_address_and_wrong_password_are_told_alike() -> None:
    user = make_user()
    known = words(visitor().post(LOGIN, {"login": user.email, "password": "wrong"}))
    unknown = words(visitor().post(LOGIN, {"login": "x@example.com", "password": "wrong"}))
    assert known == unknown


def test_many_wrong_passwords_are_stopped() -> None:
    user, browser = make_user(), visitor()
    for _ in range(12):
        sign_in(browser, user.email, "wrong")
    sign_in(browser, user.email)
    assert not is_in(browser)


@pytest.mark.parametrize("path", ["signup/", "signup/passkey/", "signup", "register/"])
def test_there_is_no_sign_up(path: str) -> None:
    assert visitor().get(f"/account/{path}").status_code == 404
    assert visitor().post(f"/account/{path}", {"email": "x@example.com"}).status_code == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_page_leads_to_a_sign_up(language: str) -> None:
    for path in (LOGIN, RESET, "/", "/tiers/s/"):
        page = visitor(language=language).get(path)
        assert page.status_code == 200
        assert "signup" not in html(page)


def test_pages_of_allauth_are_there() -> None:
    browser = visitor(make_user())
    for path in ("email/", "password/change/", "logout/"):
        page = browser.get(f"/account/{path}")
        assert page.status_code == 200
        assert 'class="site-header"' in html(page)
    for path in ("login/", "password/reset/", "password/reset/done/", "inactive/"):
        page = visitor().get(f"/account/{path}")
        assert page.status_code == 200
        assert 'class="site-header"' in html(page)


def test_every_account_address_answers() -> None:
    patterns = get_resolver("portal.accounts.urls").reverse_dict
    names = {name for name in patterns if isinstance(name, str)}
    assert "account_signup" not in names
    for browser in (visitor(), visitor(make_user())):
        for name in sorted(names):
            ((path, parameters),) = patterns.getlist(name)[0][0]
            address = f"/account/{path % dict.fromkeys(parameters, 'x')}"
            assert browser.get(address, follow=True).status_code in {200, 404}, address


def test_sign_out_is_by_post() -> None:
    browser = visitor(make_user())
    browser.get("/account/logout/")
    assert is_in(browser)
    answer = browser.post("/account/logout/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert not is_in(browser)


def test_user_who_has_not_joined_cannot_sign_in() -> None:
    make_packed_order()
    user = User.objects.get(email="nicecustomer@gmx.com")
    browser = visitor()
    sign_in(browser, user.email, "")
    sign_in(browser, user.email, "!")
    assert not is_in(browser)
    user.set_password(PASSWORD)
    user.save()
    sign_in(browser, user.email)
    assert not is_in(browser)
    browser.force_login(user)
    assert not is_in(browser)


def test_user_who_has_not_joined_gets_no_mail_for_a_new_password(
    mailoutbox: list[EmailMessage],
) -> None:
    make_packed_order()
    mailoutbox.clear()
    answer = visitor().post(RESET, {"email": "nicecustomer@gmx.com"})
    unknown = visitor().post(RESET, {"email": "nobody@example.com"})
    assert mailoutbox == []
    assert (answer.status_code, answer.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


def test_user_who_was_deactivated_gets_no_mail_for_a_new_password(
    mailoutbox: list[EmailMessage],
) -> None:
    user = make_user(is_active=False)
    visitor().post(RESET, {"email": user.email})
    send_all()
    assert mailoutbox == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_member_gets_a_mail_and_chooses_a_new_password(
    language: str, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    user, browser = make_user(), visitor(language=language)
    answer = browser.post(RESET, {"email": user.email}, follow=True)
    assert answer.status_code == 200
    send_all()
    (mail,) = mailoutbox
    assert mail.to == [user.email]
    text = str(mail.body)
    link = next(word for word in text.split() if "/account/password/reset/key/" in word)
    assert link.startswith(settings.BASE_URL)
    page = browser.get(link.removeprefix(settings.BASE_URL), follow=True)
    form = page.request["PATH_INFO"]
    browser.post(form, {"password1": "another quiet phrase"})
    user.refresh_from_db()
    assert user.check_password("another quiet phrase")


def test_wish_for_a_new_password_is_noted_alike_for_known_and_unknown() -> None:
    user = make_user()
    browser = visitor()
    answers = [browser.post(RESET, {"email": email}) for email in (user.email, "x@example.com")]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    kinds = Message.objects.values_list("kind", "state", "recipient")
    assert set(kinds) == {
        ("password", "waiting", user.email),
        ("password", "waiting", "x@example.com"),
    }


def test_unverified_address_asks_for_a_code_before_it_lets_in(
    mailoutbox: list[EmailMessage],
) -> None:
    user, browser = make_user(), visitor()
    EmailAddress.objects.update(verified=False)
    page = browser.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)
    assert page.status_code == 200
    assert mailoutbox == []  # the worker's business
    send_all()
    assert not is_in(browser)
    browser.post("/account/confirm-email/", {"code": code_in(mailoutbox)})
    assert is_in(browser)


def test_users_of_the_demo_sign_in_in_the_demo_only(settings: Settings) -> None:
    user = make_user(demo=True)
    before = visitor()
    assert sign_in(before, user.email) == 302
    assert is_in(before)
    settings.DEMO = False
    assert not is_in(before)
    after = visitor()
    page = after.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert not is_in(after)
    assert "not correct" in words(page)
    settings.DEMO = True
    assert is_in(before)


def test_users_of_the_demo_get_no_mail_for_a_new_password_outside_it(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user(demo=True)
    settings.DEMO = False
    visitor().post(RESET, {"email": user.email})
    send_all()
    assert mailoutbox == []


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_sign_in_leads_from_https_to_https_alone(
    scheme: str, secure: bool, settings: Settings
) -> None:
    settings.SECURE = secure
    user, browser = make_user(), visitor()
    url = f"{scheme}://testserver/portal/tokens/"
    form = {"login": user.email, "password": PASSWORD, "next": url}
    answer = browser.post(LOGIN, form, secure=secure)
    leads_there = scheme == "https" or not secure
    assert answer["Location"] == (url if leads_there else "/portal/")
