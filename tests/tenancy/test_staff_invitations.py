"""Invitations of colleagues when two things happen at once: the loser changes nothing."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission

from shop.tenancy.colleagues import colleagues, colleagues_with, end_access, set_groups
from shop.tenancy.invitations import LinkError
from shop.tenancy.joining import NewMember
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import (
    invite_colleague,
    join_staff_as_known,
    join_staff_as_new,
    read_staff_join_token,
    renew,
    staff_join_token,
    withdraw,
)
from tests.factories import PASSWORD, make_staff, make_user

pytestmark = pytest.mark.django_db

NEW = NewMember(PASSWORD, "Carla", "", "", "en")


def invitation(email: str = "carla@example.com") -> StaffInvitation:
    agents = Group.objects.filter(name="agent")
    return invite_colleague(email, agents, make_staff(), "en")


def test_link_that_was_replaced_while_the_form_was_open_lets_nobody_in() -> None:
    read = read_staff_join_token(staff_join_token(invitation()))
    assert renew(StaffInvitation.objects.get())
    assert not join_staff_as_new(read, NEW)
    user = User.objects.get(email="carla@example.com")
    assert (user.joined_at, user.is_staff, user.is_active) == (None, False, False)


def test_link_that_was_withdrawn_while_the_page_was_open_gives_no_power() -> None:
    member = make_user()
    read = read_staff_join_token(staff_join_token(invitation(member.email)))
    assert withdraw(StaffInvitation.objects.get())
    assert not join_staff_as_known(read)
    member.refresh_from_db()
    assert (member.is_staff, member.is_known) == (False, True)


def test_invitation_that_was_used_is_neither_renewed_nor_withdrawn() -> None:
    made = invitation()
    read = read_staff_join_token(staff_join_token(made))
    assert join_staff_as_new(read, NEW)
    assert (renew(made), withdraw(made)) == (False, False)
    able = colleagues_with("orders.mend_order").values_list("email", flat=True)
    assert "carla@example.com" in able


def test_roles_are_not_given_to_somebody_whose_access_has_ended() -> None:
    colleague = make_staff("agent")
    assert end_access(User.objects.get(pk=colleague.pk))
    assert not set_groups(colleague, Group.objects.filter(name="admin"))
    assert not end_access(colleague)
    assert colleague.groups.count() == 0


def test_colleague_who_has_left_can_be_invited_again() -> None:
    first = invitation()
    token = staff_join_token(first)
    assert join_staff_as_new(read_staff_join_token(token), NEW)
    user = User.objects.get(email="carla@example.com")
    assert end_access(user)
    again = invitation()
    with pytest.raises(LinkError):
        read_staff_join_token(token)
    assert join_staff_as_known(again)
    assert user in colleagues()


@pytest.mark.parametrize("demo", [True, False])
def test_demo_colleagues_are_none_outside_the_demo(demo: bool, settings: object) -> None:
    settings.DEMO = demo  # type: ignore[attr-defined]
    shown, real = make_staff(demo=True), make_staff()
    assert set(colleagues()) == ({shown, real} if demo else {real})


def unticked(inviter: User) -> None:
    User.objects.filter(pk=inviter.pk).update(is_staff=False)


def deactivated(inviter: User) -> None:
    User.objects.filter(pk=inviter.pk).update(is_active=False)


def demoted(inviter: User) -> None:
    User.objects.filter(pk=inviter.pk).update(is_superuser=False)
    inviter.user_permissions.add(Permission.objects.get(codename="manage_staff"))


@pytest.mark.parametrize("loses", [end_access, unticked, deactivated, demoted])
def test_link_ends_with_the_powers_of_who_invites(loses: Callable[[User], object]) -> None:
    inviter, member = make_staff(), make_user()
    agents = Group.objects.filter(name="agent")
    invitations = [
        invite_colleague(email, agents, inviter, "en")
        for email in ("second@inviter.example", member.email)
    ]
    other = invitation()
    before = [read_staff_join_token(staff_join_token(each)) for each in invitations]
    loses(User.objects.get(pk=inviter.pk))
    for each in invitations:
        with pytest.raises(LinkError) as refusal:
            read_staff_join_token(staff_join_token(each))
        assert refusal.value.reason == LinkError.Reason.WITHDRAWN
    # Nor does a page let anybody in that was open meanwhile.
    assert (join_staff_as_new(before[0], NEW), join_staff_as_known(before[1])) == (False, False)
    users = User.objects.filter(pk__in=[each.user_id for each in invitations])
    assert list(users.values_list("is_staff", flat=True)) == [False, False]
    assert read_staff_join_token(staff_join_token(other)) == other


def test_invitation_is_that_of_who_sends_it_again_if_they_may_give_its_roles() -> None:
    made, chief, little = invitation(), make_staff(), make_staff("viewer")
    little.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    inviter = made.invited_by
    assert renew(made, User.objects.get(pk=little.pk))
    assert made.invited_by == inviter
    assert renew(made, chief)
    assert made.invited_by == chief
    assert inviter
    assert end_access(inviter)
    assert read_staff_join_token(staff_join_token(made)) == made


def test_password_of_a_colleague_is_the_same_on_every_keyboard() -> None:
    composed, decomposed = "sch\u00f6ne gr\u00fc\u00dfe", "scho\u0308ne gru\u0308\u00dfe"
    made = invitation()
    assert join_staff_as_new(made, NewMember(decomposed, "Carla", "", "", "en"))
    user = User.objects.get(pk=made.user_id)
    assert (user.check_password(composed), user.check_password(decomposed)) == (True, True)
    assert not user.check_password("schone grusse")


def test_link_gives_its_roles_and_no_powers_of_an_earlier_time() -> None:
    # Their tick "staff" was taken away in the admin, and no more.
    once = make_user(is_superuser=True)
    once.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    once.groups.set(Group.objects.filter(name="admin"))
    assert join_staff_as_known(invitation(once.email))
    once = User.objects.get(pk=once.pk)
    assert (once.is_staff, once.is_superuser) == (True, False)
    assert (once.user_permissions.count(), [each.name for each in once.groups.all()]) == (
        0,
        ["agent"],
    )
