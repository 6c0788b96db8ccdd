"""Passwords count in any Unicode form."""

import base64
import time
import unicodedata

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.hashers import check_password, make_password
from django.core.management import call_command
from django.test import Client

from shop.tenancy.models import User
from shop.tenancy.staff_invitations import invite_colleague, staff_join_token
from tests.factories import PASSWORD as USUAL
from tests.factories import make_packed_order, make_staff, make_user
from tests.pages import error_beside, visitor
from tests.registration.joining import join, newcomer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PASSWORD = "Grüße-Bär-Öl-42"
FORMS = [unicodedata.normalize(form, PASSWORD) for form in ("NFC", "NFD")]
OTHER = "Gruesse-Baer-Oel-42"
any_form = pytest.mark.parametrize("typed", FORMS)


def lets_in(email: str, password: str) -> bool:
    browser = visitor()
    browser.post("/account/login/", {"login": email, "password": password})
    return browser.get("/portal/").status_code == 200


@any_form
def test_password_of_a_new_member_counts_in_any_form(typed: str) -> None:
    join(make_packed_order(), password=typed)
    assert all(lets_in(newcomer().email, form) for form in FORMS)
    assert not lets_in(newcomer().email, OTHER)


@any_form
def test_password_of_a_new_colleague_counts_in_any_form(typed: str) -> None:
    invitation = invite_colleague("carla@example.com", [], make_staff(), "en")
    path = f"/account/back-office/{staff_join_token(invitation)}/"
    visitor().post(path, {"password": typed, "language": "en"})
    colleague = User.objects.get(email="carla@example.com")
    assert all(colleague.check_password(form) for form in FORMS)
    assert not colleague.check_password(OTHER)


@any_form
def test_new_password_by_link_counts_in_any_form(typed: str) -> None:
    user, browser = make_user(), visitor()
    uid, token = user_pk_to_url_str(user), default_token_generator.make_token(user)
    page = browser.get(f"/account/password/reset/key/{uid}-{token}/", follow=True)
    path = page.redirect_chain[-1][0] if page.redirect_chain else page.request["PATH_INFO"]
    browser.post(path, {"password1": typed})
    assert all(lets_in(user.email, form) for form in FORMS)


def test_length_of_a_changed_password_counts_in_the_form_that_is_hashed() -> None:
    user = make_user()
    browser = visitor(user)
    for new, takes_it in (("üöäÜÖÄ", False), ("üöäÜÖÄüöäÜÖÄ", True)):
        typed = unicodedata.normalize("NFD", new)
        form = {"oldpassword": USUAL, "password1": typed}
        browser.post("/account/password/change/", form)
        user.refresh_from_db()
        assert user.check_password(new) is takes_it
        assert user.check_password(USUAL) is not takes_it


@any_form
def test_changed_password_and_reauthentication_count_in_any_form(typed: str) -> None:
    user = make_user(password=FORMS[0])
    browser = visitor(user)
    browser.post("/account/reauthenticate/", {"password": typed})
    assert browser.get("/account/email/").status_code == 200
    new = {"oldpassword": typed, "password1": f"{typed}!"}
    browser.post("/account/password/change/", new)
    assert all(lets_in(user.email, f"{form}!") for form in FORMS)


@any_form
def test_program_authenticates_with_a_password_in_any_form(typed: str) -> None:
    user = make_user(password=FORMS[1])

    def status(password: str) -> int:
        value = base64.b64encode(f"{user.email}:{password}".encode()).decode()
        return Client().get("/order", headers={"authorization": f"Basic {value}"}).status_code

    assert status(OTHER) == 401
    assert status(typed) != 401


@any_form
def test_superuser_signs_in_with_the_password_in_any_form(
    typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", typed)
    call_command("createsuperuser", email="Boss@Example.com", interactive=False, verbosity=0)
    boss = User.objects.get(email="boss@example.com")
    assert all(boss.check_password(form) for form in FORMS)


def test_password_that_was_hashed_as_typed_still_counts_as_typed() -> None:
    user = make_user()
    User.objects.filter(pk=user.pk).update(password=make_password(FORMS[1]))
    assert lets_in(user.email, FORMS[1])
    assert not lets_in(user.email, OTHER)


def test_hash_is_of_the_compatible_form() -> None:
    user = User(email="a@example.com")
    user.set_password("ﬁlm-№-１２")
    assert check_password("film-No-12", user.password)
    assert not user.check_password("film-No-13")


def test_length_counts_in_the_form_that_is_hashed() -> None:
    order = make_packed_order()
    page = join(order, password=unicodedata.normalize("NFD", "üöäÜÖÄ"))  # twelve characters
    assert "at least 10 characters" in error_beside(page, "password")
    assert newcomer().joined_at is None
    join(order, password=unicodedata.normalize("NFD", "üöäÜÖÄüöäÜÖÄ"))
    assert newcomer().joined_at


@pytest.mark.usefixtures("empty_cache")
def test_thousands_of_accents_take_no_longer_than_another_wrong_password() -> None:
    user = make_user(password=FORMS[0])

    def seconds(password: str) -> float:
        before = time.process_time()
        assert not lets_in(user.email, password)
        return time.process_time() - before

    seconds(OTHER)  # fills caches
    usual = min(seconds(OTHER) for _ in range(2))
    # Putting so many accents in order would take a hundred times as long.
    assert seconds("\u0300\u0345\u0323" * 10_000) < 20 * usual
    assert lets_in(user.email, FORMS[1])
