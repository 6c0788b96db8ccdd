"""Authenticator app and recovery codes."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client, TestCase
from pytest_django import Settings

from shop.tenancy.models import User
from tests.accounts.factors import LOGIN, SECOND_STEP, add_app, app_code, by_password
from tests.factories import PASSWORD, make_staff, make_user
from tests.notifications.sent import send_all
from tests.pages import A_WHILE, Response, html, sign_in, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

ACTIVATE = "/account/2fa/totp/activate/"
DEACTIVATE = "/account/2fa/totp/deactivate/"
CODES = "/account/2fa/recovery-codes/"
GENERATE = f"{CODES}generate/"
DOWNLOAD = f"{CODES}download/"
REAUTHENTICATE = "/account/reauthenticate/"
BY_CODE = "/account/2fa/reauthenticate/"


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def shown_again(user: User, language: str = "en") -> Client:
    """A browser in which `user` has typed their password twice."""
    browser = visitor(user, language)
    assert browser.post(REAUTHENTICATE, {"password": PASSWORD}).status_code == 302
    return browser


def secret_in(page: Response) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", html(page))
    assert found
    return found[1]


def codes_in(page: Response) -> list[str]:
    return re.findall(r"<code>(\d{8})</code>", html(page))


def set_up(browser: Client) -> str:
    """Set an app up; its secret."""
    secret = secret_in(browser.get(ACTIVATE))
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = browser.post(ACTIVATE, {"code": app_code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, CODES)
    return secret


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "An authenticator app was set up"),
        ("de", "Eine Authenticator-App wurde eingerichtet"),
    ],
)
def test_app_is_set_up_and_asked_for_from_then_on(
    language: str, subject: str, mailoutbox: list[EmailMessage]
) -> None:
    user = make_user(language=language)
    secret = set_up(shown_again(user))
    send_all()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([user.email], subject)
    assert "127.0.0.1" in str(mail.body)
    browser = visitor()
    assert by_password(browser, user)["Location"] == SECOND_STEP
    assert not is_in(browser)
    assert browser.post(SECOND_STEP, {"code": app_code(secret)})["Location"] == "/portal/"
    assert is_in(browser)


def test_qr_code_stands_in_the_page_and_loads_nothing() -> None:
    page = html(shown_again(make_user()).get(ACTIVATE))
    assert re.search(r'<div class="qr"[^>]*><svg ', page)
    assert "data:image" not in page
    assert "<?xml" not in page
    assert "otpauth://totp/" in page
    assert "issuer=Slate" in page


@pytest.mark.parametrize("address", [ACTIVATE, DEACTIVATE, GENERATE, CODES])
def test_password_is_asked_for_once_more_before(address: str) -> None:
    user = make_user()
    browser = visitor(user, seconds_ago=A_WHILE)
    if address != ACTIVATE:
        set_up(shown_again(user))
    for answer in (browser.get(address), browser.post(address)):
        if answer.status_code != 405:
            assert answer["Location"] == f"{REAUTHENTICATE}?next={address.replace('/', '%2F')}"


def test_member_who_has_just_signed_in_is_not_asked_again() -> None:
    browser = visitor(make_user())
    assert browser.get(ACTIVATE).status_code == 200
    assert visitor(make_user(), seconds_ago=A_WHILE).get(ACTIVATE).status_code == 302


def test_staff_are_asked_again_also_right_after_signing_in() -> None:
    assert visitor(make_staff()).get(ACTIVATE).status_code == 302


def test_wrong_password_does_not_confirm() -> None:
    browser = visitor(make_user(), seconds_ago=A_WHILE)
    page = browser.post(REAUTHENTICATE, {"password": "wrong", "next": ACTIVATE})
    assert page.status_code == 200
    assert "Incorrect password." in words(page)
    assert browser.get(ACTIVATE).status_code == 302


def test_wrong_code_sets_nothing_up() -> None:
    browser = shown_again(make_user())
    before = secret_in(browser.get(ACTIVATE))
    page = browser.post(ACTIVATE, {"code": "000000"})
    assert page.status_code == 200
    assert secret_in(page) == before
    assert not Authenticator.objects.exists()


def test_wrong_codes_are_stopped_also_in_the_demo() -> None:
    user, browser = make_user(), visitor()
    add_app(user)
    by_password(browser, user)
    for _ in range(6):
        browser.post(SECOND_STEP, {"code": "000000"})
    browser.post(SECOND_STEP, {"code": app_code()})
    assert not is_in(browser)


def test_code_of_the_app_works_once() -> None:
    user = make_user()
    add_app(user)
    first, second, code = visitor(), visitor(), app_code()
    for browser in (first, second):
        by_password(browser, user)
        browser.post(SECOND_STEP, {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_recovery_code_works_once() -> None:
    user = make_user()
    browser = shown_again(user)
    set_up(browser)
    codes = codes_in(browser.get(CODES))
    assert len(codes) == 10
    first, second = visitor(), visitor()
    for other in (first, second):
        by_password(other, user)
        other.post(SECOND_STEP, {"code": codes[0]})
    assert is_in(first)
    assert not is_in(second)
    assert codes_in(browser.get(CODES)) == codes[1:]
    assert "9 are left" in words(browser.get("/account/2fa/"))


def test_recovery_codes_are_saved_as_a_file() -> None:
    browser = shown_again(make_user())
    set_up(browser)
    codes = codes_in(browser.get(CODES))
    answer = browser.get(DOWNLOAD)
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().split() == codes
    assert "no-store" in answer["Cache-Control"]


def test_new_recovery_codes_end_the_old_ones(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    browser = shown_again(user)
    set_up(browser)
    old = codes_in(browser.get(CODES))
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert browser.post(GENERATE)["Location"] == CODES
    new = codes_in(browser.get(CODES))
    assert not set(old) & set(new)
    send_all()
    assert mailoutbox[-1].subject == "You have new recovery codes"
    other = visitor()
    by_password(other, user)
    other.post(SECOND_STEP, {"code": old[0]})
    assert not is_in(other)


def test_app_is_switched_off_with_its_codes(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    browser = shown_again(user)
    set_up(browser)
    assert browser.post(DEACTIVATE).status_code == 302
    assert not Authenticator.objects.exists()
    send_all()
    assert mailoutbox[-1].subject == "The authenticator app was switched off"
    assert by_password(visitor(), user)["Location"] == "/portal/"


def test_secrets_of_another_are_not_shown() -> None:
    set_up(shown_again(make_user()))
    assert shown_again(make_user()).get(CODES).status_code == 404


def test_code_of_the_app_confirms_instead_of_the_password() -> None:
    user = make_user()
    add_app(user)
    browser = visitor(user)
    assert "Use an app code or a recovery code" in words(browser.get(REAUTHENTICATE))
    answer = browser.post(BY_CODE, {"code": app_code(), "next": ACTIVATE})
    assert answer["Location"] == ACTIVATE


def test_who_was_closed_out_meanwhile_does_not_pass_the_second_step() -> None:
    user, browser = make_user(), visitor()
    add_app(user)
    by_password(browser, user)
    User.objects.update(is_active=False)
    answer = browser.post(SECOND_STEP, {"code": app_code()})
    assert answer["Location"] == LOGIN
    assert not is_in(browser)
    user.refresh_from_db()
    assert user.last_login is None


def test_second_step_of_nobody_leads_to_sign_in() -> None:
    assert visitor().get(SECOND_STEP)["Location"] == LOGIN


def test_first_password_of_an_open_session_takes_the_passkey(settings: Settings) -> None:
    user = make_user()
    add_app(user)
    user.set_unusable_password()
    user.save()
    browser = visitor(user, seconds_ago=A_WHILE)
    form = {"password1": "quite a long phrase"}
    assert browser.post("/account/password/set/", form)["Location"].startswith(BY_CODE)
    user.refresh_from_db()
    assert not user.has_usable_password()


MEANS = (
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/",
    "/account/password/set/",
    "/account/email/",
)


@pytest.mark.parametrize("path", MEANS)
@pytest.mark.parametrize("make", [make_user, make_staff])
def test_nobody_gets_a_means_to_sign_in_by_an_old_session(
    path: str, make: Callable[[], User]
) -> None:
    user = make()
    user.set_unusable_password()
    user.save()
    form = {"password1": "quite a long phrase"}
    form |= {"email": "eve@example.com", "action_add": ""}
    sign_in(browser := visitor(), user, seconds_ago=301)
    if path != "/account/email/":  # which shows the address alone
        answer = browser.get(path)
        assert answer["Location"] == f"/account/login/code/?{urlencode({'next': path})}"
        assert not is_in(browser)
        sign_in(browser, user, seconds_ago=301)
    assert browser.post(path, form)["Location"].startswith("/account/login/code/?")
    assert not is_in(browser)
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not Authenticator.objects.exists()
    assert not EmailAddress.objects.filter(email="eve@example.com").exists()
    sign_in(browser, user, seconds_ago=290)
    assert browser.get(path).status_code == 200


def test_member_without_any_means_sets_a_password_at_once(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    user.set_unusable_password()
    user.save()
    browser = visitor(user)
    form = {"password1": "quite a long phrase"}
    assert browser.post("/account/password/set/", form).status_code == 302
    assert is_in(browser)
    send_all()
    assert [mail.subject for mail in mailoutbox] == ["Your password was set"]
    cache.clear()
    assert by_password(visitor(), user, "quite a long phrase")["Location"] == "/portal/"
