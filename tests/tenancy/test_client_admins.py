"""A client_admin hands a client over."""

import pytest

from shop.tenancy.client_admins import hand_over, successors
from shop.tenancy.models import Client, User
from tests.factories import make_client, make_membership, make_project, make_user

pytestmark = pytest.mark.django_db


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
