"""Passkeys: adding, renaming, removing, signing in, and who is refused."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shop.tenancy.models import User
from tests.accounts.factors import LOGIN, SECOND_STEP, by_password, member_with_passkey
from tests.accounts.passkey import ADD, SIGN_IN, Passkey, add, at_localhost, data_of, sign_in_by
from tests.factories import PASSWORD, make_user
from tests.notifications.sent import send_all
from tests.pages import A_WHILE, Response, html, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

REAUTHENTICATE = "/account/reauthenticate/"
REUSE = "/account/2fa/webauthn/reauthenticate/"
SECURITY = "/account/2fa/"
REFUSED = "We don't recognise this passkey. Please sign in another way."


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def refusal(answer: Response, browser: Client) -> str:
    """Return the text of the sign-in page that `answer` led to."""
    assert (answer.status_code, answer.headers["Location"]) == (302, LOGIN)
    return words(browser.get(LOGIN))


def test_passkey_lets_its_owner_in() -> None:
    _user, passkey = member_with_passkey()
    browser = at_localhost()
    answer = sign_in_by(browser, passkey)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal/")
    assert is_in(browser)


def test_passkey_leads_back_to_where_one_came_from() -> None:
    _user, passkey = member_with_passkey()
    browser = at_localhost()
    assert 'name="next" value="/tiers/s/"' in html(browser.get(f"{LOGIN}?next=/tiers/s/"))
    answer = sign_in_by(browser, passkey, next="/tiers/s/")
    assert answer.headers["Location"] == "/tiers/s/"


def test_adding_asks_for_the_password_once_more() -> None:
    browser = at_localhost(make_user(), seconds_ago=A_WHILE)
    answer = browser.get(ADD)
    assert answer.headers["Location"].startswith(f"{REAUTHENTICATE}?")
    answer = browser.post(answer.headers["Location"], {"password": PASSWORD, "next": ADD})
    assert answer.headers["Location"] == ADD
    assert add(browser, Passkey()).status_code == 302
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_adding_by_a_post_alone_asks_for_the_password_too() -> None:
    browser = at_localhost(make_user(), seconds_ago=A_WHILE)
    answer = browser.post(ADD, {"name": "x", "credential": "{}"})
    assert answer.headers["Location"].startswith(f"{REAUTHENTICATE}?")
    assert not Authenticator.objects.exists()


def test_first_passkey_brings_recovery_codes_and_a_notice(mailoutbox: list[EmailMessage]) -> None:
    user = make_user(language="de")
    browser = at_localhost(user)
    browser.post(REAUTHENTICATE, {"password": PASSWORD})
    answer = add(browser, Passkey())
    assert answer.headers["Location"] == "/account/2fa/recovery-codes/"
    assert browser.get(answer.headers["Location"]).status_code == 200
    send_all()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([user.email], "Ein Passkey wurde hinzugefügt")
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


def test_passkey_bears_the_name_it_was_given() -> None:
    user, _passkey = member_with_passkey()
    found = Authenticator.objects.get(type="webauthn")
    browser = at_localhost(user)
    reauthenticate(browser, _passkey)
    address = f"/account/2fa/webauthn/keys/{found.pk}/edit/"
    assert browser.post(address, {"name": "x" * 61}).status_code == 200
    assert browser.post(address, {"name": "<b>Telefon</b>"}).status_code == 302
    assert "&lt;b&gt;Telefon&lt;/b&gt;" in html(browser.get(SECURITY))


def reauthenticate(browser: Client, passkey: Passkey) -> Response:
    """Show who one is by passkey, as a member without a password."""
    options = data_of(browser.get(REUSE))["request_options"]
    return browser.post(REUSE, {"credential": passkey.used_for(options), "next": ADD})


def test_member_without_a_password_shows_who_they_are_by_passkey() -> None:
    user, passkey = member_with_passkey()
    browser = at_localhost(user, seconds_ago=A_WHILE)
    answer = browser.get(ADD)
    assert answer.headers["Location"].startswith("/account/2fa/webauthn/reauthenticate/?")
    assert "Use a passkey" not in words(browser.get(answer.headers["Location"]))
    assert reauthenticate(browser, passkey).headers["Location"] == ADD
    assert browser.get(ADD).status_code == 200


def test_removing_asks_first_and_tells_by_mail(mailoutbox: list[EmailMessage]) -> None:
    user, passkey = member_with_passkey(language="en")
    address = f"/account/2fa/webauthn/keys/{Authenticator.objects.get(type='webauthn').pk}/remove/"
    browser = at_localhost(user, seconds_ago=A_WHILE)
    assert "reauthenticate" in browser.post(address).headers["Location"]
    reauthenticate(browser, passkey)
    assert browser.get(address).status_code == 200
    assert browser.post(address).status_code == 302
    assert not Authenticator.objects.exists()
    send_all()
    assert mailoutbox[-1].subject == "A passkey was removed"
    assert refusal(sign_in_by(other := at_localhost(), passkey), other).count(REFUSED) == 1


def test_nobody_renames_or_removes_what_is_anothers() -> None:
    member_with_passkey()
    found = Authenticator.objects.get(type="webauthn")
    other, passkey = member_with_passkey()
    browser = at_localhost(other)
    reauthenticate(browser, passkey)
    for what in ("edit", "remove"):
        address = f"/account/2fa/webauthn/keys/{found.pk}/{what}/"
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"name": "Mine"}).status_code == 404


def test_passkey_without_verification_of_its_owner_is_not_taken() -> None:
    user = make_user()
    user.set_unusable_password()
    user.save()
    page = add(at_localhost(user), Passkey(verifies=False))
    assert page.status_code == 200
    assert not Authenticator.objects.exists()


def test_owner_who_is_not_verified_is_not_let_in() -> None:
    _user, passkey = member_with_passkey()
    passkey.flags = 0x01
    browser = at_localhost()
    assert REFUSED in refusal(sign_in_by(browser, passkey), browser)
    assert not is_in(browser)


@pytest.mark.parametrize("change", [{"is_active": False}, {"joined_at": None}, {"demo": True}])
def test_who_may_not_sign_in_is_told_what_an_unknown_passkey_is_told(
    change: dict[str, object], settings: Settings
) -> None:
    user, passkey = member_with_passkey()
    User.objects.filter(pk=user.pk).update(**change)
    settings.DEMO = False
    stranger = Passkey()
    stranger.owner = passkey.owner
    told = []
    for key in (passkey, stranger):
        browser = at_localhost()
        told.append(refusal(sign_in_by(browser, key), browser))
        assert not is_in(browser)
    assert told[0] == told[1]
    assert REFUSED in told[0]
    assert Authenticator.objects.get(type="webauthn").last_used_at is None


def test_passkey_of_a_demo_user_works_in_the_demo() -> None:
    _user, passkey = member_with_passkey(demo=True)
    browser = at_localhost()
    sign_in_by(browser, passkey)
    assert is_in(browser)


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "{}", "1", '"x"', "null", '{"id": 1}', '{"rawId": "x", "response": []}',
     '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "zzzzzz"}}'],
)  # fmt: skip
def test_nonsense_is_no_passkey(credential: str) -> None:
    browser = at_localhost()
    browser.get(SIGN_IN, headers={"accept": "application/json"})
    answer = browser.post(SIGN_IN, {"credential": credential})
    assert (answer.status_code, answer.headers["Location"]) == (302, LOGIN)
    assert not is_in(browser)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("content", ["", "AA", "!", "oWFhYQ", 5, None])
def test_changed_answer_lets_nobody_in(part: str, content: object) -> None:
    user, passkey = member_with_passkey()
    for browser, path in ((at_localhost(), SIGN_IN), (at_localhost(user), REUSE)):
        page = browser.get(path, headers={"accept": "application/json"})
        options = page.json() if path == SIGN_IN else data_of(page)
        credential = json.loads(passkey.used_for(options["request_options"]))
        credential["response"][part] = content
        answer = browser.post(path, {"credential": json.dumps(credential)})
        assert answer.status_code == 302
    assert Authenticator.objects.get(type="webauthn").last_used_at is None


@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject"])
@pytest.mark.parametrize("content", ["", "AA", "!", "oWFhYQ", 5, None])
def test_changed_answer_is_not_added(part: str, content: object) -> None:
    user = make_user()
    user.set_unusable_password()
    user.save()
    browser = at_localhost(user)
    options = data_of(browser.get(ADD))["creation_options"]
    credential = json.loads(Passkey().made_for(options))
    credential["response"][part] = content
    assert browser.post(ADD, {"name": "x", "credential": json.dumps(credential)}).status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("handle", [None, "", "!", "\x00", "AAAA", "eno" * 400, 5, [], {}])
def test_nonsense_about_the_owner_lets_nobody_in(handle: object) -> None:
    _user, passkey = member_with_passkey()
    browser = at_localhost()
    options = browser.get(SIGN_IN, headers={"accept": "application/json"}).json()
    credential = json.loads(passkey.used_for(options["request_options"]))
    credential["response"]["userHandle"] = handle
    answer = browser.post(SIGN_IN, {"credential": json.dumps(credential)})
    assert (answer.status_code, answer.headers["Location"]) == (302, LOGIN)
    assert not is_in(browser)


@pytest.mark.parametrize("credential", ["x", "[]", "{}", "1", '{"id": 1}', '{"response": 1}'])
def test_nonsense_is_not_added(credential: str) -> None:
    user = make_user()
    user.set_unusable_password()
    user.save()
    browser = at_localhost(user)
    browser.get(ADD)
    assert browser.post(ADD, {"name": "x", "credential": credential}).status_code == 200
    assert not Authenticator.objects.exists()


def test_answer_is_good_once() -> None:
    _user, passkey = member_with_passkey()
    browser = at_localhost()
    options = browser.get(SIGN_IN, headers={"accept": "application/json"}).json()
    credential = passkey.used_for(options["request_options"])
    browser.post(SIGN_IN, {"credential": credential})
    browser.post("/account/logout/")
    browser.post(SIGN_IN, {"credential": credential})
    assert not is_in(browser)


def test_beside_a_password_the_passkey_is_the_second_step() -> None:
    user, passkey = member_with_passkey()
    user.set_password(PASSWORD)
    user.save()
    browser = at_localhost()
    assert by_password(browser, user)["Location"] == SECOND_STEP
    page = browser.get(SECOND_STEP)
    assert "Use passkey" in words(page)
    assert not is_in(browser)
    credential = passkey.used_for(data_of(page)["request_options"])
    assert browser.post(SECOND_STEP, {"credential": credential})["Location"] == "/portal/"
    assert is_in(browser)


def test_page_at_a_number_leads_to_localhost_in_the_demo_alone(settings: Settings) -> None:
    browser = at_localhost()
    page = browser.get(f"{LOGIN}?next=/tiers/", SERVER_NAME="127.0.0.1", SERVER_PORT="8143")
    assert 'href="http://localhost:8143/account/login/?next=/tiers/"' in html(page)
    assert "Open this page at localhost" not in words(browser.get(LOGIN))
    settings.DEMO = False
    assert "localhost" not in html(browser.get(LOGIN, SERVER_NAME="127.0.0.1"))


def test_sign_in_page_starts_no_session_and_the_challenge_one_that_soon_ends() -> None:
    browser = at_localhost()
    browser.get(LOGIN)
    browser.get(SIGN_IN)
    assert not Session.objects.exists()
    browser.get(SIGN_IN, headers={"accept": "application/json"})
    left = Session.objects.get().expire_date - timezone.now()
    assert left <= timedelta(minutes=15)


def test_session_of_who_signs_in_by_a_passkey_lasts_and_has_a_new_key() -> None:
    _user, passkey = member_with_passkey()
    browser = at_localhost()
    browser.get(SIGN_IN, headers={"accept": "application/json"})
    before = browser.session.session_key
    sign_in_by(browser, passkey)
    assert browser.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    assert browser.session.get_expiry_age() == settings.SESSION_COOKIE_AGE
    assert browser.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == settings.SESSION_COOKIE_AGE
