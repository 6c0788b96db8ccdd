"""Invitations of colleagues when two things happen at once: the loser changes nothing."""

import pytest
from django.contrib.auth.models import Group

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
