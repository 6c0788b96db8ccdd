"""Users, clients and projects in Django's admin: who may change them; nobody deletes them."""

import pytest
from django.contrib.auth.models import Permission

from shop.tenancy.models import User
from tests.factories import make_membership, make_staff, make_user
from tests.pages import fields, html, visitor

pytestmark = pytest.mark.django_db

ADMIN = "/staff/catalogue"


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


def test_who_may_change_users_changes_no_member_of_staff_and_deletes_nobody() -> None:
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
    for person in (chief, customer):
        assert browser.post(f"{path}/{person.pk}/delete/", {"post": "yes"}).status_code == 403
