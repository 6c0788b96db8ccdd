"""The fields of the form by which somebody new joins: names, login, password, language."""

import pytest

from shop.tenancy.models import Invitation
from tests.factories import make_packed_order, make_user
from tests.pages import (
    error_beside,
    fields,
    html,
    join_address,
    summary,
    visitor,
)
from tests.registration.joining import CHOICE, is_in, join, newcomer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


@pytest.mark.parametrize(("ordered", "other"), [("de", "en"), ("en", "de")])
def test_language_of_the_order_is_confirmed_or_changed(ordered: str, other: str) -> None:
    order = make_packed_order(language=ordered)
    page = html(visitor().get(join_address(order)))
    assert f'<option value="{ordered}" selected>' in page
    join(order, language=other)
    assert newcomer().language == other


def test_language_that_is_not_spoken_here_is_refused() -> None:
    page = join(make_packed_order(), language="fr")
    assert page.status_code == 422
    assert error_beside(page, "language")


def test_form_knows_what_the_order_said() -> None:
    order = make_packed_order(user_first_name="Nina", user_last_name="Nagel", user_login="nn")
    asked = fields(visitor().get(join_address(order)))
    assert (asked["user_first_name"], asked["user_last_name"]) == ("Nina", "Nagel")
    assert (asked["user_login"], asked["password"]) == ("nn", "")


def test_wished_login_that_is_taken_is_not_offered() -> None:
    make_user(login="NN")
    order = make_packed_order(user_login="nn")
    page = visitor().get(join_address(order))
    assert fields(page)["user_login"] == ""


@pytest.mark.parametrize(
    "password", ["", "short", "12345678901234", "password123", "nicecustomer@gmx.com"]
)
def test_weak_password_is_refused_in_the_page(password: str) -> None:
    order, browser = make_packed_order(), visitor()
    page = join(order, browser, password=password)
    assert page.status_code == 422
    assert error_beside(page, "password")
    assert "Password" in summary(page)
    assert fields(page)["user_first_name"] == "Nina"
    assert not is_in(browser)
    assert not newcomer().is_known
    assert Invitation.objects.get().used_at is None


def test_password_is_never_shown_again() -> None:
    page = join(make_packed_order(), user_login="not allowed!")
    assert page.status_code == 422
    assert CHOICE["password"] not in html(page)


def test_password_like_ones_name_is_refused() -> None:
    page = join(make_packed_order(), user_last_name="Rosenmontag", password="rosenmontag1")
    assert "last name" in error_beside(page, "password").lower()


def test_blanks_around_a_password_belong_to_it() -> None:
    join(make_packed_order(), password="  quite a long phrase ")
    assert newcomer().check_password("  quite a long phrase ")


@pytest.mark.parametrize("taken", ["nina", "NINA"])
def test_login_that_is_taken_is_told_beside_its_field(taken: str) -> None:
    make_user(login=taken)
    page = join(make_packed_order(), user_login="Nina")
    assert page.status_code == 422
    told = "Please choose another display name; this one is taken."
    assert error_beside(page, "user_login") == told
    assert not newcomer().is_known


@pytest.mark.parametrize("login", ["a b", "ä", "a/b", "x" * 151, "other@example.com", "nina\x00"])
def test_login_that_cannot_be_is_told_beside_its_field(login: str) -> None:
    page = join(make_packed_order(), user_login=login)
    assert page.status_code == 422
    assert error_beside(page, "user_login")
    assert not newcomer().is_known


def test_login_may_be_ones_own_address() -> None:
    assert join(make_packed_order(), user_login="NiceCustomer@gmx.com").status_code == 302
    assert newcomer().login == "NiceCustomer@gmx.com"


def test_too_long_name_is_told_beside_its_field() -> None:
    page = join(make_packed_order(), user_first_name="x" * 201)
    assert page.status_code == 422
    assert error_beside(page, "user_first_name") == "Please use at most 200 characters."
