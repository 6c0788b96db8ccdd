"""The e-mailed link with a passkey instead of a password."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.test import Client

from shop.orders.models import Order
from shop.tenancy.models import Invitation, User
from tests.accounts.passkey import ADD, Passkey, add, at_localhost, sign_in_by
from tests.factories import make_packed_order
from tests.notifications.sent import send_all
from tests.pages import AGREED, error_beside, html, join_address, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

CHOICE = {
    **AGREED,
    "user_first_name": "Nina",
    "user_last_name": "Nagel",
    "by_passkey": "1",
    "password": "",
}
NOTHING_YET = "You have no passkey and no password yet."


def joined() -> Client:
    browser = at_localhost()
    answer = browser.post(join_address(make_packed_order(project_name="Nachtdreh")), CHOICE)
    assert (answer.status_code, answer.headers["Location"]) == (302, ADD)
    return browser


def newcomer() -> User:
    return User.objects.get(email="nicecustomer@gmx.com")


def test_link_leads_to_the_passkey_and_on_to_the_portal() -> None:
    browser = joined()
    user = newcomer()
    assert (user.is_known, user.has_usable_password(), user.first_name) == (True, False, "Nina")
    page = browser.get(ADD)
    assert page.status_code == 200
    passkey = Passkey()
    answer = add(browser, passkey)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    home = words(browser.get("/portal/"))
    assert "Nachtdreh" in home
    assert NOTHING_YET not in home
    other = at_localhost()
    assert sign_in_by(other, passkey).headers["Location"] == "/portal/"
    assert other.get("/portal/").status_code == 200


def test_who_breaks_off_is_reminded_and_may_choose_a_password_instead() -> None:
    browser = joined()
    assert NOTHING_YET in words(browser.get("/portal/"))
    assert 'href="/account/password/set/"' in html(browser.get(ADD))
    form = {"password1": "quite a long phrase"}
    assert browser.post("/account/password/set/", form).status_code == 302
    assert newcomer().check_password("quite a long phrase")
    assert NOTHING_YET not in words(browser.get("/portal/"))


def test_who_breaks_off_and_comes_back_signs_in_by_code(mailoutbox: list[EmailMessage]) -> None:
    joined()
    page = visitor().get(join_address(order_of_newcomer()))
    assert 'href="/account/login/code/"' in html(page)
    browser = at_localhost()
    browser.post("/account/login/code/", {"email": "nicecustomer@gmx.com"})
    send_all()
    found = re.search(r"^\d{4} \d{4}$", str(mailoutbox[-1].body), re.MULTILINE)
    assert found
    browser.post("/account/login/code/confirm/", {"code": found[0]})
    assert NOTHING_YET in words(browser.get("/portal/"))
    assert add(browser, Passkey()).status_code == 302
    assert Authenticator.objects.filter(user=newcomer(), type="webauthn").count() == 1


def order_of_newcomer() -> Order:
    return Order.objects.get()


def test_password_that_was_typed_is_not_kept() -> None:
    browser = at_localhost()
    browser.post(join_address(make_packed_order()), {**CHOICE, "password": "short"})
    assert newcomer().is_known
    assert not newcomer().has_usable_password()


def test_other_mistakes_are_told_as_ever() -> None:
    page = visitor().post(join_address(make_packed_order()), {**CHOICE, "user_login": "a b"})
    assert page.status_code == 422
    assert error_beside(page, "user_login")
    assert not newcomer().is_known
    assert Invitation.objects.get().used_at is None


def test_page_offers_both_and_hides_the_passkey_where_no_script_shows_it() -> None:
    order = make_packed_order()
    page = html(at_localhost().get(join_address(order)))
    assert re.search(r'<button[^>]*name="by_passkey"[^>]*\shidden>', page)
    at_number = html(visitor().get(join_address(order), SERVER_NAME="127.0.0.1"))
    assert "by_passkey" not in at_number


def test_rules_for_passwords_are_a_list() -> None:
    page = html(visitor().get(join_address(make_packed_order())))
    hint = re.search(r'id="id_password_helptext">(.*?)</div>', page, re.DOTALL)
    assert hint
    assert hint[1].count("<li>") == 4
