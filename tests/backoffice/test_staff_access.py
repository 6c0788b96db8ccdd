"""Access to the back office: who may enter, and where others are sent."""

from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from shop.tenancy.models import User
from tests.accounts.factors import (
    LOGIN,
    add_app,
    app_code,
    by_password,
    by_password_and_app,
    with_passkey,
)
from tests.accounts.passkey import Passkey, at_localhost, sign_in_by
from tests.factories import PASSWORD, make_order, make_user
from tests.pages import visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

SECURITY = "/account/2fa/"
PAGES = [
    "/staff/",
    "/staff/counts/",
    "/staff/overview/",
    "/staff/exports/",
    "/staff/exports/new/",
    "/staff/applications/",
    "/staff/applications/new/",
    "/staff/mails/",
    "/staff/mails/received/",
    "/staff/mails/received/html/",
    "/staff/catalogue/",
    "/staff/catalogue/catalogue/product/",
    "/staff/catalogue/tenancy/user/",
    "/staff/catalogue/tenancy/user/add/",
    "/staff/catalogue/login/",
    "/staff/catalogue/jsi18n/",
    "/staff/catalogue/nothing/",
]


@pytest.fixture
def outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False


def make_staff() -> User:
    return make_user(is_staff=True, is_superuser=True)


def by_password_alone(user: User) -> Client:
    browser = at_localhost()
    assert by_password(browser, user)["Location"] == "/staff/"
    return browser


@pytest.mark.usefixtures("outside_the_demo")
@pytest.mark.parametrize("path", PAGES)
def test_password_alone_opens_no_page(path: str) -> None:
    browser = by_password_alone(make_staff())
    for answer in (browser.get(path), browser.post(path, {"name": "x"})):
        assert (answer.status_code, answer["Location"]) == (302, SECURITY)


@pytest.mark.usefixtures("outside_the_demo")
def test_password_alone_does_nothing_to_an_order() -> None:
    order, browser = make_order("xl"), by_password_alone(make_staff())
    for action in ("retry", "approve", "by-hand"):
        answer = browser.post(f"/staff/orders/{order.pk}/{action}/")
        assert (answer.status_code, answer["Location"]) == (302, SECURITY)
    assert browser.get(f"/staff/orders/{order.pk}/")["Location"] == SECURITY


@pytest.mark.usefixtures("outside_the_demo")
def test_staff_without_a_factor_are_told_to_set_one_up() -> None:
    page = by_password_alone(make_staff()).get("/staff/", follow=True)
    assert page.request["PATH_INFO"] == SECURITY
    assert "The back office requires more than a password" in words(page)


@pytest.mark.usefixtures("outside_the_demo")
def test_recovery_codes_by_themselves_are_no_factor() -> None:
    user = make_staff()
    Authenticator.objects.create(
        user=user, type="recovery_codes", data={"seed": "x", "used_mask": 0}
    )
    assert by_password_alone(user).get("/staff/")["Location"] == SECURITY


@pytest.mark.usefixtures("outside_the_demo")
def test_password_and_app_open_the_back_office_and_the_admin() -> None:
    browser = by_password_and_app(make_staff())
    for path in ("/staff/", "/staff/catalogue/", "/staff/catalogue/catalogue/product/"):
        assert browser.get(path).status_code == 200


@pytest.mark.usefixtures("outside_the_demo")
def test_passkey_alone_opens_the_back_office() -> None:
    user, passkey = make_staff(), Passkey()
    with_passkey(user, passkey)
    browser = at_localhost()
    sign_in_by(browser, passkey)
    assert browser.get("/staff/").status_code == 200


@pytest.mark.usefixtures("outside_the_demo")
def test_session_from_before_the_factor_has_to_show_it() -> None:
    user = make_staff()
    browser = by_password_alone(user)
    add_app(user)
    answer = browser.get("/staff/catalogue/?q=1")
    way = "/account/2fa/reauthenticate/?next=%2Fstaff%2Fcatalogue%2F%3Fq%3D1"
    assert (answer.status_code, answer["Location"]) == (302, way)
    answer = browser.post(way, {"code": app_code(), "next": "/staff/catalogue/?q=1"})
    assert answer["Location"] == "/staff/catalogue/?q=1"
    assert browser.get("/staff/").status_code == 200


@pytest.mark.usefixtures("outside_the_demo")
def test_form_sent_without_the_factor_is_carried_out_after_it() -> None:
    user, order = make_staff(), make_order("xl")
    browser = by_password_alone(user)
    add_app(user)
    path = f"/staff/orders/{order.pk}/note/"
    answer = browser.post(path, {"text": "Asked on the phone."})
    assert answer["Location"] == f"/account/2fa/reauthenticate/?{urlencode({'next': path})}"
    assert not order.events.filter(note="Asked on the phone.").exists()
    browser.post(answer["Location"], {"code": app_code(), "next": path})
    assert order.events.filter(note="Asked on the phone.").count() == 1


@pytest.mark.usefixtures("outside_the_demo")
def test_staff_who_remove_their_factor_are_out() -> None:
    user = make_staff()
    browser = by_password_and_app(user)
    Authenticator.objects.all().delete()
    assert browser.get("/staff/")["Location"] == SECURITY


@pytest.mark.usefixtures("outside_the_demo")
def test_password_once_more_does_not_stand_in_for_the_factor() -> None:
    user = make_staff()
    browser = by_password_alone(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    add_app(user)
    assert "2fa/reauthenticate" in browser.get("/staff/")["Location"]


def test_in_the_demo_a_password_is_enough() -> None:
    browser = by_password_alone(make_staff())
    for path in ("/staff/", "/staff/catalogue/"):
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("path", PAGES)
def test_for_members_no_page_exists(path: str, demo: bool, settings: Settings) -> None:
    settings.DEMO = demo
    assert visitor(make_user()).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/staff/catalogue/catalogue/product/", "/staff/applications/"])
def test_sign_in_leads_to_the_page_that_was_asked_for(path: str) -> None:
    browser, user = visitor(), make_staff()
    answer = browser.get(f"{path}?q=s")
    assert answer["Location"] == f"{LOGIN}?next={path}%3Fq%3Ds"
    answer = browser.post(
        answer["Location"], {"login": user.email, "password": PASSWORD, "next": f"{path}?q=s"}
    )
    assert answer["Location"] == f"{path}?q=s"
    assert browser.get(answer["Location"]).status_code == 200


def test_admin_signs_nobody_in_by_itself() -> None:
    user, other = make_staff(), make_staff()
    browser = by_password_alone(user)
    answer = browser.post(
        "/staff/catalogue/login/", {"username": other.email, "password": PASSWORD}
    )
    assert answer["Location"] == "/staff/catalogue/"
    assert user.email in words(browser.get("/portal/"))


def test_admin_leaves_passwords_to_the_page_that_tells_of_the_change() -> None:
    browser = by_password_alone(make_staff())
    answer = browser.post("/staff/catalogue/password_change/", {"old_password": PASSWORD})
    assert answer["Location"] == "/account/password/change/"
