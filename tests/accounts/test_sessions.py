"""The list of sessions, and signing out of others."""

import pytest
from django.test import Client

from shop.tenancy.models import User
from tests.accounts.factors import by_password
from tests.factories import PASSWORD, make_packed_order, make_user
from tests.pages import AGREED, assert_left_out, html, join_address, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

SESSIONS = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


def signed_in(user: User, user_agent: str = FIREFOX) -> Client:
    browser = Client(headers={"accept-language": "en", "user-agent": user_agent})
    assert by_password(browser, user)["Location"] == "/portal/"
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def test_page_names_each_browser_and_marks_this_one() -> None:
    user = make_user()
    browser = signed_in(user)
    signed_in(user, SAFARI)
    page = words(browser.get(SESSIONS))
    assert "Firefox on Linux this one" in page
    assert "Safari on iPhone" in page
    assert "127.0.0.1" in page


def test_signing_out_elsewhere_ends_the_others_and_leaves_this_one() -> None:
    user, stranger = make_user(), signed_in(make_user())
    here, there = signed_in(user), signed_in(user, SAFARI)
    page = here.post(SESSIONS, follow=True)
    assert "You have been signed out everywhere else." in words(page)
    assert "You are not signed in anywhere else." in words(page)
    assert [is_in(browser) for browser in (here, there, stranger)] == [True, False, True]


def test_page_of_an_only_session_offers_nothing_to_end() -> None:
    user = make_user()
    first = signed_in(user)
    alone = words(first.get(SESSIONS))
    signed_in(user, SAFARI)
    assert_left_out("Sign out everywhere else", there=words(first.get(SESSIONS)), here=alone)


def test_who_has_just_joined_is_listed() -> None:
    browser = visitor()
    form = {**AGREED, "user_first_name": "Nina", "password": PASSWORD}
    browser.post(join_address(make_packed_order()), form)
    assert "this one" in words(browser.get(SESSIONS))


def test_new_password_ends_the_others() -> None:
    user = make_user()
    here, there = signed_in(user), signed_in(user)
    new = "another quiet phrase"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new})
    assert is_in(here)
    assert not is_in(there)


def test_what_a_browser_says_of_itself_is_not_run() -> None:
    browser = signed_in(make_user(), "<script>x</script>")
    page = browser.get(SESSIONS)
    assert "<script>x" not in html(page)
    assert "Unknown browser" in words(page)


@pytest.mark.parametrize("method", ["get", "post"])
def test_page_needs_sign_in(method: str) -> None:
    answer = getattr(visitor(), method)(SESSIONS)
    assert answer["Location"] == f"/account/login/?next={SESSIONS}"
