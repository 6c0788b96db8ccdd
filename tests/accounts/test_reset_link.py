"""Links in mails survive a program that opens them first, as mail gateways do."""

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from pytest_django import Settings

from shop.tenancy.models import User
from tests.accounts.factors import add_app
from tests.factories import make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import AGREED, html, join_address, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

NEW = "another quiet phrase"
FORM = {"password1": NEW}


def last_address(browser: Browser, link: str) -> str:
    """The address at which `browser` ends when a gateway hands `link` on."""
    page = browser.get(link, follow=True)
    assert page.status_code == 200
    return str(page.request["PATH_INFO"])


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def link(user: User, settings: Settings, mailoutbox: list[EmailMessage]) -> str:
    visitor().post("/account/password/reset/", {"email": user.email})
    send_all()
    words_of_mail = str(mailoutbox[-1].body).split()
    found = next(word for word in words_of_mail if "/password/reset/key/" in word)
    return found.removeprefix(settings.BASE_URL)


def has_new_password(user: User) -> bool:
    return User.objects.get(pk=user.pk).check_password(NEW)


def test_reset_link_works_in_a_browser_after_a_gateway_has_opened_it(user: User, link: str) -> None:
    gateway, browser = visitor(), visitor()
    address = last_address(gateway, link)
    assert last_address(gateway, link) == address
    assert 'name="password1"' in html(browser.get(address))
    assert browser.post(address, FORM).status_code == 302
    assert has_new_password(user)


def test_reset_link_is_used_up_by_a_new_password_alone(user: User, link: str) -> None:
    browser = visitor()
    address = last_address(browser, link)
    refused = browser.post(address, {"password1": "4711"})
    assert 'name="password1"' in html(refused)
    assert not has_new_password(user)
    assert browser.post(address, FORM).status_code == 302
    for other in (browser, visitor()):
        page = other.get(link, follow=True)
        assert "This link no longer works" in words(page)
        assert 'name="password1"' not in html(page)
        other.post(link, {"password1": "a third quiet phrase"})
    assert has_new_password(user)


def test_who_sets_a_password_by_the_link_is_signed_in(user: User, link: str) -> None:
    browser = visitor()
    answer = browser.post(last_address(browser, link), FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_second_factor_is_asked_after_the_link(user: User, link: str) -> None:
    add_app(user)
    browser = visitor()
    answer = browser.post(last_address(browser, link), FORM)
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert "_auth_user_id" not in browser.session
    assert has_new_password(user)


def test_who_is_locked_is_not_signed_in_by_a_link_from_before(user: User, link: str) -> None:
    browser = visitor()
    address = last_address(browser, link)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert "This link no longer works" in words(browser.post(address, FORM))
    assert "_auth_user_id" not in browser.session
    assert not has_new_password(user)


def test_page_of_the_reset_link_keeps_its_address_to_itself(link: str) -> None:
    page = visitor().get(link, follow=True)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    assert '<meta name="referrer" content="same-origin">' in html(page)


def test_reset_link_sets_the_password_of_its_own_user(user: User, link: str) -> None:
    """Also in a browser where somebody else is signed in."""
    other = make_user()
    browser = visitor(other)
    browser.post(last_address(browser, link), FORM)
    assert has_new_password(user)
    assert not has_new_password(other)


@pytest.mark.parametrize("broken", ["x", "0" * 39, "set-password"])
def test_broken_reset_link_says_so(user: User, link: str, broken: str) -> None:
    uid = link.split("/key/")[1].partition("-")[0]
    page = visitor().get(f"/account/password/reset/key/{uid}-{broken}/", follow=True)
    assert "This link no longer works" in words(page)


def test_link_to_join_works_after_a_gateway_has_opened_it() -> None:
    order = make_packed_order()
    address = last_address(visitor(), join_address(order))
    assert visitor().post(address, {**AGREED, "password": NEW}).status_code == 302
    assert User.objects.get(email="nicecustomer@gmx.com").joined_at
