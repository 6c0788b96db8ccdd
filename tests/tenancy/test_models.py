"""Constraints of the database."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from shop.tenancy.models import Client, Invitation, Membership, Project, User
from tests.factories import make_client, make_membership, make_project, make_user

pytestmark = pytest.mark.django_db


def test_email_is_unique_whatever_its_case() -> None:
    make_user(email="mia@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("MIA@Example.com")
    assert User.objects.count() == 1


def test_email_is_kept_in_lower_case() -> None:
    assert User.objects.create_user("MIA@Example.COM").email == "mia@example.com"


def test_email_in_upper_case_is_refused_by_the_database() -> None:
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Mia@example.com")


def test_user_is_found_by_email_whatever_its_case() -> None:
    user = make_user(email="mia@example.com")
    assert User.objects.get_by_natural_key("Mia@Example.com") == user


def test_user_without_password_cannot_sign_in_by_one() -> None:
    user = User.objects.create_user("mia@example.com")
    assert not user.has_usable_password()
    assert not user.check_password("")


def test_superuser_is_staff_and_known() -> None:
    user = User.objects.create_superuser("boss@example.com", "long enough for a boss")
    assert user.is_staff
    assert user.is_superuser
    assert user.is_known


def test_login_is_unique_whatever_its_case_but_may_be_absent() -> None:
    make_user(login="mia")
    make_user(login=None)
    make_user(login=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(login="MIA")


def test_membership_is_unique_for_user_and_project() -> None:
    membership = make_membership()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_membership(user=membership.user, project=membership.project)
    make_membership(user=membership.user)
    make_membership(project=membership.project)


def test_client_admin_cannot_be_deleted() -> None:
    client = make_client()
    with pytest.raises(ProtectedError):
        client.client_admin.delete()
    assert User.objects.filter(pk=client.client_admin.pk).exists()


def test_names_of_clients_and_projects_are_not_unique() -> None:
    client = make_client(name="Film")
    make_client(name="Film")
    make_project(client=client, name="Dreh")
    make_project(client=client, name="Dreh")
    assert Client.objects.filter(name="Film").count() == 2
    assert Project.objects.filter(name="Dreh").count() == 2


def test_invitation_goes_with_its_membership() -> None:
    membership = make_membership()
    Invitation.objects.create(membership=membership)
    membership.delete()
    assert Invitation.objects.count() == Membership.objects.count() == 0
