"""Changing the e-mail address: verified before it counts, and the old one is told."""

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.core.mail import EmailMessage
from django.test import Client, RequestFactory

from shop.tenancy.models import User
from tests.accounts.factors import add_app, by_password
from tests.factories import PASSWORD, make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import A_WHILE, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

EMAIL = "/account/email/"
CONFIRM = "/account/confirm-email/"
NEW = "new@example.com"


def shown_again(user: User) -> Client:
    browser = visitor(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def change(browser: Client, email: str) -> str:
    return browser.post(EMAIL, {"action_add": "1", "email": email}).headers["Location"]


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"^\d{4} \d{4}$", str(mail.body), re.MULTILINE)
    assert found
    return found[0]


def test_new_address_counts_once_its_code_is_typed(mailoutbox: list[EmailMessage]) -> None:
    user = make_user(language="de")
    old, browser = user.email, shown_again(user)
    assert change(browser, "New@example.com") == CONFIRM
    user.refresh_from_db()
    assert user.email == old
    send_all()
    assert [mail.to for mail in mailoutbox] == [[NEW]]
    browser.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    user.refresh_from_db()
    assert user.email == NEW
    address = EmailAddress.objects.get()
    assert (address.email, address.verified, address.primary) == (NEW, True, True)
    assert by_password(visitor(), user)["Location"] == "/portal/"


def test_old_address_is_told_in_the_members_language(mailoutbox: list[EmailMessage]) -> None:
    user = make_user(language="de")
    old, browser = user.email, shown_again(user)
    change(browser, NEW)
    send_all()
    browser.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    send_all()
    notice = mailoutbox[1]
    assert (notice.to, notice.subject) == ([old], "Ihre E\u2011Mail-Adresse wurde geändert")
    assert NEW not in str(notice.body)
    assert "/password/reset/" not in str(notice.body)
    assert notice.extra_headers["Auto-Submitted"] == "auto-generated"


def test_password_is_asked_for_first_and_the_wish_is_kept(mailoutbox: list[EmailMessage]) -> None:
    browser = visitor(make_user(), seconds_ago=A_WHILE)
    way = change(browser, NEW)
    assert way == "/account/reauthenticate/?next=%2Faccount%2Femail%2F"
    send_all()
    assert mailoutbox == []
    answer = browser.post(way, {"password": PASSWORD, "next": EMAIL})
    assert answer["Location"] == CONFIRM
    send_all()
    assert [mail.to for mail in mailoutbox] == [[NEW]]


def test_wrong_codes_change_nothing(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    browser = shown_again(user)
    change(browser, NEW)
    send_all()
    for _ in range(3):
        browser.post(CONFIRM, {"code": "1"})
    browser.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert EmailAddress.objects.get().email == user.email


def test_member_with_a_second_factor_changes_it_too(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    add_app(user)
    browser = shown_again(user)
    change(browser, NEW)
    send_all()
    browser.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    user.refresh_from_db()
    assert user.email == NEW


def test_page_does_not_tell_whether_an_address_is_known() -> None:
    told = []
    for email in (make_user().email, NEW):
        browser = shown_again(make_user())
        assert change(browser, email) == CONFIRM
        page = words(browser.get(CONFIRM)).replace(email, "…")
        told.append(page)
    assert told[0] == told[1]


@pytest.mark.parametrize("whose", ["a member's", "not joined yet"])
def test_address_of_somebody_else_stays_theirs(whose: str, mailoutbox: list[EmailMessage]) -> None:
    if whose == "a member's":
        taken = make_user().email
    else:
        make_packed_order()
        taken = "nicecustomer@gmx.com"
    owner = User.objects.get(email=taken)
    user = make_user()
    old, browser = user.email, shown_again(user)
    change(browser, taken)
    send_all()
    page = browser.post(CONFIRM, {"code": code_in(mailoutbox[-1])})
    assert page.status_code == 200
    assert "A user is already registered with this email address." in words(page)
    user.refresh_from_db()
    owner.refresh_from_db()
    assert (user.email, owner.email) == (old, taken)
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified")) == [
        (old, True)
    ]


def test_address_that_is_taken_in_the_last_moment_stays_theirs() -> None:
    user, other = make_user(), User.objects.create_user(NEW)
    old = user.email
    request = RequestFactory().get("/")
    request.user = user
    request.session = SessionStore()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    with request_context(request):
        assert not get_adapter().confirm_email(request, EmailAddress(user=user, email=NEW))
    assert [str(message) for message in get_messages(request)] == [
        "This address is in use already."
    ]
    assert User.objects.get(email=NEW) == other
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.primary) == (old, True)


def test_own_address_is_told_beside_the_field() -> None:
    user = make_user()
    page = shown_again(user).post(EMAIL, {"action_add": "1", "email": user.email})
    assert page.status_code == 200
    assert 'class="error-summary"' in html(page)


def test_page_of_an_only_address_has_no_button_that_does_nothing() -> None:
    user = make_user()
    page = visitor(user).get(EMAIL)
    assert user.email in words(page)
    for name in ("action_send", "action_primary", "action_remove"):
        assert name not in html(page)


def test_only_address_cannot_be_removed_by_hand() -> None:
    user = make_user()
    browser = shown_again(user)
    for action in ("action_remove", "action_primary", "action_send"):
        assert browser.post(EMAIL, {action: "", "email": user.email}).status_code == 302
    assert EmailAddress.objects.get().email == user.email
