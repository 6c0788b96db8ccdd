"""Django's admin: what staff manage there without a developer, and its history."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission

from shop.catalogue.models import Product, Promotion
from shop.tenancy.models import User
from tests.factories import make_membership, make_order, make_staff, make_user
from tests.pages import fields, html, visitor, words

pytestmark = pytest.mark.django_db

ADMIN = "/staff/catalogue"


def test_tier_is_retired_and_the_change_is_in_its_history() -> None:
    chief, tier = make_staff("admin"), Product.objects.get(code="s")
    make_order("s")
    browser, path = visitor(chief), f"{ADMIN}/catalogue/product/{tier.pk}"
    form: dict[str, Any] = {
        field.name: getattr(tier, field.name)
        for field in Product._meta.fields
        if field.name not in {"id", "listed"}
    }
    answer = browser.post(f"{path}/change/", form)
    assert answer.status_code == 302
    tier.refresh_from_db()
    assert not tier.listed
    history = words(browser.get(f"{path}/history/"))
    assert chief.email in history
    assert "Changed Listed." in history
    assert visitor().get("/tiers/s/").status_code == 404


def test_promotion_code_is_made_by_staff() -> None:
    browser = visitor(make_staff("admin"))
    page = browser.get(f"{ADMIN}/catalogue/promotion/add/")
    dates = {"valid_from_0": "2026-01-01", "valid_from_1": "00:00:00"}
    form = {**fields(page), "code": "MAI", "name": "Mai", "percent": "5", **dates}
    assert browser.post(f"{ADMIN}/catalogue/promotion/add/", form).status_code == 302
    assert Promotion.objects.get().code == "MAI"


PROMOTION = {"code": "MAI", "name": "Mai", "percent": "5"}


@pytest.mark.parametrize("day", ["2026-11-28", "2026-03-29", "2026-10-25"])
def test_promotion_without_times_counts_from_the_first_to_the_last_second_of_its_days(
    day: str,
) -> None:
    browser = visitor(make_staff("admin"))
    ends = {"valid_from_0": day, "valid_from_1": "", "valid_until_0": day, "valid_until_1": ""}
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION, **ends}
    assert browser.post(f"{ADMIN}/catalogue/promotion/add/", form).status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.valid_until
    berlin = ZoneInfo("Europe/Berlin")
    assert [each.astimezone(berlin) for each in (promotion.valid_from, promotion.valid_until)] == [
        datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=berlin),
        datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=berlin),
    ]


def test_promotion_keeps_the_times_that_were_typed_and_may_have_no_end() -> None:
    browser = visitor(make_staff("admin"))
    ends = {"valid_from_0": "2026-01-01", "valid_from_1": "08:30", "valid_until_0": ""}
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION, **ends}
    assert browser.post(f"{ADMIN}/catalogue/promotion/add/", form).status_code == 302
    promotion = Promotion.objects.get()
    assert promotion.valid_from == datetime(2026, 1, 1, 7, 30, tzinfo=UTC)
    assert promotion.valid_until is None


@pytest.mark.parametrize("ends", [
    {"valid_from_0": "", "valid_from_1": ""},
    {"valid_from_0": "", "valid_from_1": "08:30"},
    {"valid_until_0": "", "valid_until_1": "08:30"},
    {"valid_until_0": "x", "valid_until_1": ""},
])  # fmt: skip
def test_promotion_with_half_a_moment_is_refused_beside_it(ends: dict[str, str]) -> None:
    browser = visitor(make_staff("admin"))
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION, **ends}
    page = browser.post(f"{ADMIN}/catalogue/promotion/add/", form)
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [next(iter(ends))[:-2]]
    assert not Promotion.objects.exists()


def test_form_of_a_promotion_says_what_its_ends_mean_and_names_the_zone() -> None:
    browser = visitor(make_staff("admin"), language="de")
    told = words(browser.get(f"{ADMIN}/catalogue/promotion/add/"))
    assert "Ab diesem Zeitpunkt, Zeitzone Europe/Berlin; ohne Uhrzeit ab Beginn des Tages." in told
    assert "Bis einschließlich dieser Sekunde, Zeitzone Europe/Berlin;" in told


def test_promotion_code_like_another_is_refused_beside_the_code() -> None:
    Promotion.objects.create(code="mai", name="Mai", percent=5)
    browser = visitor(make_staff("admin"))
    form = {**fields(browser.get(f"{ADMIN}/catalogue/promotion/add/")), **PROMOTION}
    page = browser.post(f"{ADMIN}/catalogue/promotion/add/", {**form, "code": "M\u200bAI"})
    assert page.context["adminform"].form.errors == {
        "code": ["There is a code that differs from this one by case or blanks alone."]
    }
    assert Promotion.objects.count() == 1


@pytest.mark.parametrize(("uses", "status"), [(0, 200), (1, 403)])
def test_promotion_code_that_was_used_is_not_deleted(uses: int, status: int) -> None:
    code = Promotion.objects.create(code="MAI", name="Mai", percent=5, uses=uses)
    path = f"{ADMIN}/catalogue/promotion/{code.pk}/delete/"
    assert visitor(make_staff()).get(path).status_code == status


@pytest.mark.parametrize("what", ["client", "project"])
def test_nobody_deletes_what_customers_hold(what: str) -> None:
    project = make_membership().project
    number = project.pk if what == "project" else project.client.pk
    path = f"{ADMIN}/tenancy/{what}/{number}/delete/"
    assert visitor(make_staff()).post(path, {"post": "yes"}).status_code == 403


def test_groups_of_staff_are_set_by_superusers_alone() -> None:
    person = make_user(is_staff=True)
    path = f"{ADMIN}/tenancy/user/{person.pk}/change/"
    assert 'name="groups"' in html(visitor(make_staff()).get(path))
    chief = make_staff("admin")
    assert 'name="groups"' not in html(visitor(chief).get(path))
    visitor(chief).post(path, {"is_superuser": "on", "email": person.email})
    person.refresh_from_db()
    assert not person.is_superuser


def test_who_may_change_users_cannot_make_themselves_more() -> None:
    person = make_staff("admin")
    person.user_permissions.add(Permission.objects.get(codename="change_user"))
    path = f"{ADMIN}/tenancy/user/{person.pk}/change/"
    page = visitor(person).get(path)
    form = {**fields(page), "is_superuser": "on", "language": "en", "last_name": "Neu"}
    assert visitor(person).post(path, form).status_code == 302
    person = User.objects.get(pk=person.pk)
    assert (person.last_name, person.is_superuser) == ("Neu", False)


def test_who_may_change_users_changes_and_deletes_no_member_of_staff() -> None:
    """Or they would write their own address into a chief's account and have a password sent."""
    clerk, chief, customer = make_staff("viewer"), make_staff(), make_user()
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"])
    )
    path = f"{ADMIN}/tenancy/user"
    browser = visitor(clerk)
    page = browser.get(f"{path}/{customer.pk}/change/")
    form = fields(page) | {"email": "new@example.com", "language": "en"}
    for person, status in [(chief, 403), (customer, 302)]:
        assert browser.post(f"{path}/{person.pk}/change/", form).status_code == status
    assert browser.get(f"{path}/{chief.pk}/change/").status_code == 200
    assert browser.post(f"{path}/{chief.pk}/delete/", {"post": "yes"}).status_code == 403
