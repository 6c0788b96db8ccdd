"""The member's profile: names, display name, language, time zone."""

from datetime import UTC, datetime

import pytest
from allauth.usersessions.models import UserSession

from shop.orders.search import search
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import User
from shop.tenancy.profiles import Profile, change_profile
from shop.time_zones import zone_called, zones_by_region
from tests.accounts.factors import by_password
from tests.factories import bystander, make_packed_order, make_user
from tests.pages import error_beside, fields, html, summary, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

URL = "/portal/profile/"
COLUMNS = ("first_name", "last_name", "login", "language", "time_zone")
NEW = {
    "first_name": "Uta",
    "last_name": "Umlauf",
    "login": "uta.u",
    "language": "en",
    "time_zone": "America/Lima",
}


def row(user: User) -> tuple[object, ...]:
    found: tuple[object, ...] = User.objects.filter(pk=user.pk).values_list(*COLUMNS).get()
    return found


def test_profile_shows_what_is_stored() -> None:
    user = make_user(first_name="Nina", login="nina", time_zone="Asia/Tokyo")
    page = visitor(user).get(URL)
    shown = fields(page)
    assert (shown["first_name"], shown["login"]) == ("Nina", "nina")
    assert '<option value="Asia/Tokyo" selected>Tokyo</option>' in html(page)
    assert user.email in words(page)


def test_profile_is_saved_and_the_page_goes_on_in_its_language() -> None:
    user = make_user()
    with bystander():
        browser = visitor(user)
        page = browser.post(URL, {**NEW, "language": "de"}, follow=True)
    assert row(user) == ("Uta", "Umlauf", "uta.u", "de", "America/Lima")
    assert "Ihr Profil ist gespeichert." in words(page)
    assert browser.cookies["django_language"].value == "de"


def test_optional_fields_may_be_empty() -> None:
    user = make_user(login="nina")
    only = {"first_name": "", "last_name": "", "login": "", "time_zone": "", "language": "en"}
    visitor(user).post(URL, only)
    assert row(user) == ("", "", None, "en", "")


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("first_name", "Uta\nUmlauf", "Please remove line breaks and invisible signs."),
        ("last_name", "x" * 201, "Please use at most 200 characters."),
        ("login", "Nina", "Please choose another display name; this one is taken."),
        ("login", "a@example.com", "A display name with @ must be your own e-mail address."),
        ("time_zone", "Europe/Atlantis", "Select a valid choice."),
        ("language", "fr", "Select a valid choice."),
    ],
)
def test_refused_value_is_named_and_nothing_is_saved(field: str, value: str, error: str) -> None:
    make_user(login="nina")
    user = make_user()
    before = row(user)
    page = visitor(user).post(URL, {**NEW, field: value})
    assert page.status_code == 422
    assert error in error_beside(page, field)
    assert error in summary(page)
    assert row(user) == before


def test_own_address_may_be_the_display_name() -> None:
    user = make_user()
    visitor(user).post(URL, {**NEW, "login": user.email})
    assert row(user)[2] == user.email


def test_order_is_found_by_the_new_name_of_its_member_and_no_longer_by_the_old() -> None:
    user = make_user(last_name="Altmann")
    order = make_packed_order(user_email=user.email)
    assert set(search("Altmann").pks) == {order.pk}
    visitor(user).post(URL, {**NEW, "last_name": "Neumann"})
    assert set(search("Neumann").pks) == {order.pk}
    assert set(search("Altmann").pks) == set()


def test_profile_of_somebody_who_was_erased_stays_empty() -> None:
    user = make_user()
    stale = User.objects.get(pk=user.pk)
    erase_user(user)
    assert not change_profile(stale, Profile("Uta", "Umlauf", "uta", "de", ""))
    assert row(user) == ("", "", None, "en", "")


def test_times_are_shown_in_the_members_zone_and_else_in_the_shops() -> None:
    shown = {}
    for zone in ("", "America/Lima"):
        user = make_user(time_zone=zone)
        browser = visitor()
        by_password(browser, user)
        at = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
        UserSession.objects.filter(user=user).update(created_at=at)
        shown[zone] = words(browser.get("/account/sessions/"))
    assert "1 July 2026, 14:00" in shown[""]
    assert "1 July 2026, 07:00" in shown["America/Lima"]


def test_zone_that_does_not_exist_any_more_is_the_shops() -> None:
    assert [zone_called(name).key for name in ("Asia/Tokyo", "", "Europe/Atlantis", "../etc")] == [
        "Asia/Tokyo",
        *["Europe/Berlin"] * 3,
    ]


def test_zones_are_chosen_by_region_and_city() -> None:
    regions = dict(zones_by_region())
    assert ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires") in regions["America"]
    assert ("Europe/Berlin", "Berlin") in regions["Europe"]
    assert "Etc" not in regions
