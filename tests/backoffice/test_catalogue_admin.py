"""Django's admin: what staff manage there without a developer, and its history."""

from typing import Any

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
