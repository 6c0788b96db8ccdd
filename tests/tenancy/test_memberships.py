"""A client_admin changes the roles of members and removes them; reserved seats change hands."""

import pytest

from shop.tenancy.client_admins import NotClientAdminError, hand_over
from shop.tenancy.memberships import (
    NoSeatError,
    change_role,
    remove_membership,
    transfer_seat,
)
from shop.tenancy.models import Membership, Project, User
from tests.factories import bystander, make_client, make_membership, make_project, make_user

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


def seats(project: Project) -> dict[str, str]:
    """Roles by the users who have a seat."""
    return dict(Membership.objects.filter(project=project).values_list("user__email", "role"))


def test_reserved_seat_is_given_to_another_user_with_its_role() -> None:
    old, new = make_membership(joined_at=None, role=Role.ADMIN), make_user()
    joined = make_membership(project=old.project).user
    reserved = make_membership(project=old.project, joined_at=None).user
    with bystander():
        assert transfer_seat(old.project, old.user, new, None, keep=False, beyond_tier=False)
    others = {joined.email: "member", reserved.email: "member"}
    assert seats(old.project) == {new.email: "admin", **others}


def test_reserved_seat_is_kept_where_another_order_needs_it() -> None:
    old, new = make_membership(joined_at=None), make_user()
    assert transfer_seat(old.project, old.user, new, None, keep=True, beyond_tier=False)
    assert seats(old.project) == {old.user.email: "member", new.email: "member"}


def test_seat_of_a_joined_member_is_never_taken() -> None:
    old, new = make_membership(), make_user()
    assert transfer_seat(old.project, old.user, new, None, keep=False, beyond_tier=False)
    assert seats(old.project) == {old.user.email: "member", new.email: "member"}


def test_seat_given_to_its_own_user_stays() -> None:
    old = make_membership(joined_at=None)
    assert transfer_seat(old.project, old.user, old.user, None, keep=False, beyond_tier=False)
    assert seats(old.project) == {old.user.email: "member"}


def test_one_seat_more_than_the_tier_has_is_refused_unless_it_was_approved() -> None:
    old, new = make_membership(joined_at=None), make_user()
    product = old.project.product
    product.members = 1
    assert transfer_seat(old.project, old.user, new, None, keep=False, beyond_tier=False)
    third = make_user()
    with pytest.raises(NoSeatError):
        transfer_seat(old.project, new, third, None, keep=True, beyond_tier=False)
    assert transfer_seat(old.project, new, third, None, keep=True, beyond_tier=True)
