"""Joining: an invitation is used once, by the user it is for."""

from dataclasses import replace
from typing import Any

import pytest

from shop.tenancy.invitations import replace_link
from shop.tenancy.joining import (
    LoginTakenError,
    NewMember,
    join_as_known,
    join_as_new,
    login_is_free,
    open_invitations,
)
from shop.tenancy.models import Invitation, Membership, User
from tests.factories import make_membership, make_packed_order, make_user

pytestmark = pytest.mark.django_db

NINA = NewMember("quite a long password", "Nina", "Nagel", "nina", "en")


def invited(**members: Any) -> Invitation:
    """An invitation of packing, as the next request would read it."""
    order = make_packed_order(**members)
    assert order.invitation
    return Invitation.objects.get(pk=order.invitation.pk)


def known_invitation(user: User) -> Invitation:
    return invited(user_email=user.email)


def fresh_user(email: str = "nicecustomer@gmx.com") -> User:
    return User.objects.get(email=email)


def test_user_made_by_packing_is_inactive_without_password_and_not_known() -> None:
    invited()
    user = fresh_user()
    assert not user.is_active
    assert not user.is_known
    assert not user.has_usable_password()
    assert Membership.objects.get().joined_at is None


def test_new_member_is_known_active_and_as_they_said() -> None:
    invitation = invited()
    assert join_as_new(invitation, NINA)
    user = fresh_user()
    assert user.is_known
    assert user.is_active
    assert user.check_password("quite a long password")
    assert (user.first_name, user.last_name) == ("Nina", "Nagel")
    assert (user.login, user.language) == ("nina", "en")
    invitation.refresh_from_db()
    assert invitation.used_at
    assert Membership.objects.get().joined_at == user.joined_at


def test_new_member_may_leave_the_login_out() -> None:
    first, second = invited(), invited(user_email="second@example.com")
    nobody = replace(NINA, login="")
    assert join_as_new(first, nobody)
    assert join_as_new(second, nobody)
    assert fresh_user().login is None


def test_new_member_joins_the_project_of_this_invitation_alone() -> None:
    first = invited(project_name="One")
    second = invited(project_name="Two", user_email="NiceCustomer@GMX.com")
    other = invited(project_name="Three", user_email="other@example.com")
    assert join_as_new(first, NINA)
    joined = Membership.objects.filter(joined_at__isnull=False)
    assert list(joined.values_list("project__name", flat=True)) == ["One"]
    second.refresh_from_db()
    assert (second.used_at, second.membership.joined_at) == (None, None)
    assert list(open_invitations(fresh_user())) == [second]
    assert join_as_known(second)
    assert sorted(joined.values_list("project__name", flat=True)) == ["One", "Two"]
    assert not open_invitations(fresh_user()).exists()
    assert other.membership.joined_at is None


def test_invitation_is_used_once() -> None:
    invitation = invited()
    late = Invitation.objects.get()
    assert join_as_new(invitation, NINA)
    assert not join_as_new(late, replace(NINA, password="somebody else's", first_name="Eve"))
    user = fresh_user()
    assert user.check_password("quite a long password")
    assert user.first_name == "Nina"


def test_second_link_at_the_same_moment_does_not_change_the_password() -> None:
    # Both pages were read before either was sent.
    first = invited(project_name="One")
    second = invited(project_name="Two")
    assert join_as_new(first, NINA)
    join_as_new(second, replace(NINA, password="of the second page", login="other"))
    user = fresh_user()
    assert user.check_password("quite a long password")
    assert user.login == "nina"


def test_link_that_was_replaced_a_moment_ago_does_not_join() -> None:
    invitation = invited()
    replace_link(Invitation.objects.get())
    assert not join_as_new(invitation, NINA)
    assert not fresh_user().is_known


@pytest.mark.parametrize("taken", ["nina", "NINA", "Nina"])
def test_login_of_somebody_else_is_taken_whatever_its_case(taken: str) -> None:
    make_user(login=taken)
    invitation = invited()
    with pytest.raises(LoginTakenError):
        join_as_new(invitation, NINA)
    assert not fresh_user().is_known
    invitation = Invitation.objects.get()
    assert invitation.used_at is None
    assert join_as_new(invitation, replace(NINA, login="nina2"))


def test_login_is_free_for_whoever_has_it() -> None:
    user = make_user(login="Mia")
    assert login_is_free("mia", user)
    assert not login_is_free("mIA", make_user())
    assert login_is_free("mia2", make_user())


def test_known_user_joins_one_project_only() -> None:
    user = make_user()
    first, second = known_invitation(user), known_invitation(user)
    assert join_as_known(first)
    joined = Membership.objects.filter(user=user, joined_at__isnull=False)
    assert joined.get() == first.membership
    second.refresh_from_db()
    assert second.used_at is None


def test_known_user_uses_an_invitation_once() -> None:
    invitation = known_invitation(make_user())
    late = Invitation.objects.get(pk=invitation.pk)
    assert join_as_known(invitation)
    joined_at = Membership.objects.get().joined_at
    assert not join_as_known(late)
    assert Membership.objects.get().joined_at == joined_at


def test_known_user_is_not_changed_by_joining() -> None:
    user = make_user(login="mia")
    before = User.objects.filter(pk=user.pk).values().get()
    join_as_known(known_invitation(user))
    assert User.objects.filter(pk=user.pk).values().get() == before


def test_membership_that_counts_already_keeps_its_date() -> None:
    membership = make_membership()
    invitation = Invitation.objects.create(membership=membership)
    assert join_as_known(invitation)
    assert Membership.objects.get().joined_at == membership.joined_at
