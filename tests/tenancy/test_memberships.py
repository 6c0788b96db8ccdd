"""A client_admin changes the roles of members and removes them."""

import pytest

from shop.tenancy.client_admins import NotClientAdminError, hand_over
from shop.tenancy.memberships import change_role, remove_membership
from shop.tenancy.models import Membership, User
from tests.factories import make_client, make_membership, make_project

pytestmark = pytest.mark.django_db

Role = Membership.Role


def test_role_is_changed_by_the_client_admin() -> None:
    membership = make_membership()
    assert change_role(membership, Role.ADMIN, membership.project.client.client_admin)
    membership.refresh_from_db()
    assert membership.role == Role.ADMIN


def test_role_is_not_changed_by_a_project_admin() -> None:
    membership = make_membership()
    project_admin = make_membership(project=membership.project, role=Role.ADMIN).user
    with pytest.raises(NotClientAdminError):
        change_role(membership, Role.ADMIN, project_admin)
    membership.refresh_from_db()
    assert membership.role == Role.MEMBER


def test_role_of_who_was_removed_meanwhile_is_not_changed() -> None:
    membership = make_membership()
    Membership.objects.all().delete()
    assert not change_role(membership, Role.ADMIN, membership.project.client.client_admin)


def test_member_is_removed_once() -> None:
    membership = make_membership()
    admin = membership.project.client.client_admin
    assert remove_membership(Membership.objects.get(), admin)
    assert not remove_membership(membership, admin)
    assert User.objects.filter(pk=membership.user_id).exists()


def test_client_admin_is_not_removed() -> None:
    client = make_client()
    membership = make_membership(user=client.client_admin, project=make_project(client=client))
    assert not remove_membership(membership, client.client_admin)
    assert Membership.objects.count() == 1


def test_member_is_not_removed_by_somebody_else() -> None:
    membership = make_membership()
    with pytest.raises(NotClientAdminError):
        remove_membership(membership, make_client().client_admin)
    assert Membership.objects.count() == 1


def test_who_has_handed_over_can_be_removed_by_the_next_one() -> None:
    client = make_client()
    project = make_project(client=client)
    old = make_membership(user=client.client_admin, project=project)
    new = make_membership(project=project)
    hand_over(client, old.user, new.user)
    with pytest.raises(NotClientAdminError):
        remove_membership(Membership.objects.get(pk=new.pk), old.user)
    assert remove_membership(Membership.objects.get(pk=old.pk), new.user)
