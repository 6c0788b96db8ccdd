"""The e-mailed link with a passkey instead of a password: one screen, one button."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.test import Client

from shop.orders.models import Order
from shop.password_field import PASSWORD_RULES
from shop.tenancy.models import Invitation
from tests.accounts.passkey import ADD, Passkey, add, at_localhost, sign_in_by
from tests.factories import make_packed_order, make_user
from tests.notifications.sent import send_all
from tests.pages import AGREED, Response, error_beside, html, join_address, summary, visitor, words
from tests.registration.joining import newcomer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

CHROME = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile"
)
NOTHING_YET = "You have no passkey and no password yet."
FAILED = "That did not work, or it was cancelled. Please try again."


def options(browser: Client, order: Order) -> dict[str, Any]:
    """The request of the page's script once the button is pressed."""
    answer = browser.get(f"{join_address(order)}passkey/")
    assert answer.status_code == 200
    made: dict[str, Any] = answer.json()["creation_options"]
    return made


def join_by(passkey: Passkey, order: Order, browser: Client, **changes: str) -> Response:
    credential = passkey.made_for(options(browser, order))
    form = {**AGREED, "by_passkey": "1", "password": "", "credential": credential, **changes}
    return browser.post(join_address(order), form, headers={"user-agent": CHROME})


def test_link_and_passkey_lead_straight_to_the_portal(mailoutbox: list[EmailMessage]) -> None:
    passkey, browser = Passkey(), at_localhost()
    answer = join_by(passkey, make_packed_order(project_name="Nachtdreh"), browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    user = newcomer()
    assert (user.is_known, user.has_usable_password()) == (True, False)
    home = words(browser.get("/portal/"))
    assert "Nachtdreh" in home
    assert NOTHING_YET not in home
    send_all()
    assert not [mail for mail in mailoutbox if "passkey" in mail.subject.lower()]
    other = at_localhost()
    assert sign_in_by(other, passkey).headers["Location"] == "/portal/"
    assert other.get("/portal/").status_code == 200


@pytest.mark.usefixtures("stopped_clock")
def test_passkey_is_named_by_browser_and_day() -> None:
    browser = at_localhost()
    join_by(Passkey(), make_packed_order(), browser)
    [passkey] = Authenticator.objects.filter(user=newcomer(), type="webauthn")
    assert re.fullmatch(r"Chrome on Android, \d{1,2} [A-Z][a-z]+ \d{4}", passkey.wrap().name)


def test_who_has_just_joined_is_not_asked_for_the_passkey_again() -> None:
    browser = at_localhost()
    join_by(Passkey(), make_packed_order(), browser)
    assert browser.get("/portal/my-data/export/").status_code == 200
    assert add(browser, Passkey()).status_code == 302
    assert Authenticator.objects.filter(user=newcomer(), type="webauthn").count() == 2


@pytest.mark.parametrize("credential", ["", "{}", "[]", "7", "no JSON", '{"id": "x"}'])
def test_passkey_that_was_not_made_lets_nobody_in(credential: str) -> None:
    order, browser = make_packed_order(), at_localhost()
    page = join_by(Passkey(), order, browser, credential=credential)
    assert page.status_code == 422
    assert summary(page)
    assert not newcomer().is_known
    assert Invitation.objects.get().used_at is None


def test_passkey_for_another_challenge_lets_nobody_in() -> None:
    order, browser, other = make_packed_order(), at_localhost(), at_localhost()
    credential = Passkey().made_for(options(other, order))
    page = join_by(Passkey(), order, browser, credential=credential)
    assert page.status_code == 422
    assert FAILED in words(page)
    assert not newcomer().is_known


def test_passkey_that_does_not_verify_its_owner_lets_nobody_in() -> None:
    page = join_by(Passkey(verifies=False), make_packed_order(), at_localhost())
    assert page.status_code == 422
    assert not newcomer().is_known


def test_terms_alone_are_named_where_they_are_missing() -> None:
    form = {"by_passkey": "1", "password": "", "credential": ""}
    page = visitor().post(join_address(make_packed_order()), form)
    assert page.status_code == 422
    assert error_beside(page, "terms") == "Please agree to the terms to join."
    assert FAILED not in summary(page)


def test_password_that_was_typed_is_not_kept() -> None:
    join_by(Passkey(), make_packed_order(), at_localhost(), password="quite a long phrase")
    assert newcomer().is_known
    assert not newcomer().has_usable_password()


def test_looking_at_the_link_begins_no_session() -> None:
    order, browser = make_packed_order(), at_localhost()
    browser.get(join_address(order))
    assert Session.objects.count() == 0
    assert "sessionid" not in browser.cookies
    options(browser, order)
    assert "sessionid" in browser.cookies


def test_passkey_is_begun_for_who_may_join_by_the_link_alone() -> None:
    order = make_packed_order()
    url = f"{join_address(order)}passkey/"
    assert visitor().get(url).status_code == 200
    assert visitor(make_user()).get(url).status_code == 410
    assert visitor().get(f"/register/{order.order_hash}/join/damaged/passkey/").status_code == 410
    known = make_packed_order(user_email=make_user().email)
    assert visitor().get(f"{join_address(known)}passkey/").status_code == 410
    join_by(Passkey(), order, at_localhost())
    assert visitor().get(url).status_code == 410


def test_page_offers_both_and_hides_the_passkey_where_no_script_shows_it() -> None:
    order = make_packed_order()
    page = html(at_localhost().get(join_address(order)))
    assert re.search(r'<div class="welcome__passkey" data-passkeys hidden>', page)
    assert page.index("join_by_passkey") < page.index('name="password"')
    at_number = html(visitor().get(join_address(order), SERVER_NAME="127.0.0.1"))
    assert "join_by_passkey" not in at_number


def test_rule_for_passwords_is_one_line() -> None:
    page = html(visitor().get(join_address(make_packed_order())))
    hint = re.search(r'id="id_password_helptext">(.*?)</div>', page, re.DOTALL)
    assert hint
    assert hint[1].strip() == str(PASSWORD_RULES)


def test_name_of_a_further_passkey_is_not_asked_for() -> None:
    browser = at_localhost(make_user())
    page = html(browser.get(ADD))
    assert 'id="passkey_add"' in page
    assert 'name="name"' not in page
