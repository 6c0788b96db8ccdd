"""What a client_admin decides: roles, removing, handing over."""

import pytest

from shop.tenancy.client_admins import NotClientAdminError, hand_over, successors
from shop.tenancy.memberships import change_role, remove_membership
from shop.tenancy.models import Client, Membership, User
from tests.factories import make_client, make_membership, make_project, make_user

pytestmark = pytest.mark.django_db

Role = Membership.Role


def admin_of(client: Client) -> User:
    return User.objects.get(pk=client.client_admin_id)


def test_client_is_handed_over_to_a_joined_member() -> None:
    membership = make_membership()
    client = membership.project.client
    assert hand_over(client, client.client_admin, membership.user)
    client.refresh_from_db()
    assert client.client_admin == membership.user


def test_client_is_not_handed_over_to_who_has_not_joined() -> None:
    membership = make_membership(joined_at=None)
    client = membership.project.client
    assert not hand_over(client, client.client_admin, membership.user)
    assert admin_of(Client.objects.get()) == client.client_admin


def test_client_is_not_handed_over_to_a_member_of_another_client() -> None:
    client, stranger = make_client(), make_membership().user
    assert not hand_over(client, client.client_admin, stranger)
    assert admin_of(Client.objects.get(pk=client.pk)) == client.client_admin


def test_client_is_not_handed_over_to_who_was_deactivated() -> None:
    membership = make_membership(user=make_user(is_active=False))
    client = membership.project.client
    assert not hand_over(client, client.client_admin, membership.user)


def test_client_is_handed_over_once() -> None:
    client = make_client()
    project = make_project(client=client)
    first, second = make_membership(project=project), make_membership(project=project)
    before = client.client_admin
    assert hand_over(client, before, first.user)
    assert not hand_over(client, before, second.user)
    assert admin_of(Client.objects.get()) == first.user


def test_successors_are_the_joined_members_each_once_without_the_admin() -> None:
    client = make_client()
    one, other = make_project(client=client), make_project(client=client)
    make_membership(user=client.client_admin, project=one)
    make_membership(project=one, joined_at=None)
    make_membership()
    person = make_membership(project=one).user
    make_membership(user=person, project=other)
    assert list(successors(client)) == [person]


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
