"""Correcting an order's e-mail address: until somebody joins, and with all that was delivered."""

from typing import Any

import pytest

from shop.notifications.emails.models import Message
from shop.orders.corrections import is_readdressable, readdress
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order, OrderEvent, State
from shop.orders.problems import SENTENCES
from shop.tenancy.invitations import LinkError, join_code, join_token, read_join_token, redeem_code
from shop.tenancy.joining import NewMember, join_as_known, join_as_new
from shop.tenancy.models import Client, Invitation, Membership, User
from tests.factories import (
    make_bare_order,
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db

OLD, NEW = "wrong@example.com", "right@example.com"


def invitation_of(order: Order) -> Invitation:
    order.refresh_from_db()
    assert order.invitation
    return order.invitation


def come_in(order: Order) -> bool:
    return join_as_new(invitation_of(order), NewMember("quite a long phrase", "", "", "", "en"))


def addressed(order: Order) -> list[tuple[Any, ...]]:
    return list(order.messages.values_list("kind", "recipient", "state"))


def test_packed_order_goes_over_to_the_new_address() -> None:
    order = make_packed_order(user_email=OLD)
    assert readdress(order, NEW, actor=None)
    user = User.objects.get(email=NEW)
    assert (order.user_email, order.member) == (NEW, user)
    assert order.delivered_client
    assert order.delivered_client.client_admin == user
    assert invitation_of(order).membership.user == user
    assert not User.objects.filter(email=OLD).exists()
    assert Membership.objects.filter(project=order.delivered_project).count() == 1


def test_links_and_codes_of_before_end() -> None:
    order = make_packed_order(user_email=OLD)
    invitation = invitation_of(order)
    token, code = join_token(invitation), join_code(invitation)
    assert readdress(order, NEW, actor=None)
    with pytest.raises(LinkError) as problem:
        read_join_token(token, invitation_of(order))
    assert problem.value.reason == LinkError.Reason.REPLACED
    assert not redeem_code(code, invitation_of(order))
    assert redeem_code(join_code(invitation_of(order)), invitation_of(order))


def test_address_before_is_told_and_the_new_one_gets_the_link() -> None:
    order = make_packed_order(user_email=OLD)
    order.messages.update(state=Message.State.SENT)
    assert readdress(order, NEW, actor=None)
    assert addressed(order)[2:] == [
        ("address", OLD, "waiting"),
        ("invitation", NEW, "waiting"),
        ("received", NEW, "waiting"),
    ]


def test_mail_that_still_waits_for_the_address_before_is_not_sent() -> None:
    order = make_order(user_email=OLD)
    assert readdress(order, NEW, actor=None)
    assert addressed(order) == [
        ("received", OLD, "obsolete"),
        ("address", OLD, "waiting"),
        ("received", NEW, "waiting"),
    ]


def test_history_says_who_and_not_what() -> None:
    order, person = make_packed_order(user_email=OLD), make_user()
    assert readdress(order, NEW, actor=person)
    event = order.events.get(kind=OrderEvent.Kind.ADDRESS)
    assert (event.actor, event.note) == (person, "")


def test_corrections_end_after_a_few() -> None:
    order = make_order(user_email=OLD)
    for number in range(3):
        assert readdress(order, f"nina{number}@example.com", actor=None)
    with pytest.raises(InvalidDocumentError) as refusal:
        readdress(order, NEW, actor=None)
    assert refusal.value.errors == {"user_email": [SENTENCES["corrected_too_often"]]}


def test_login_that_was_the_address_follows_it() -> None:
    order = make_order(user_email=OLD, user_login=OLD)
    assert readdress(order, NEW, actor=None)
    assert order.user_login == NEW


def test_new_address_is_checked_as_when_ordering() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        readdress(make_packed_order(), "nobody", actor=None)
    assert refusal.value.errors == {"user_email": ["must be a bare e-mail address."]}


@pytest.mark.parametrize("situation", ["packing", "cancelled"])
def test_order_that_goes_on_or_is_over_keeps_its_address(situation: str) -> None:
    order = order_in(situation)
    assert not readdress(order, NEW, actor=None)
    order.refresh_from_db()
    assert order.user_email != NEW


def test_order_without_address_has_none_to_correct() -> None:
    assert not is_readdressable(make_bare_order())


def test_who_has_joined_cannot_be_replaced() -> None:
    order = make_packed_order(user_email=OLD)
    assert come_in(order)
    assert not readdress(order, NEW, actor=None)
    assert User.objects.get(email=OLD).is_known


def test_member_who_joined_a_moment_ago_stays() -> None:
    order = make_packed_order(user_email=OLD)
    seen = Order.objects.select_related("invitation", "member").get(pk=order.pk)
    assert seen.invitation
    assert is_readdressable(seen)
    assert come_in(order)
    assert not readdress(seen, NEW, actor=None)
    assert not User.objects.filter(email=NEW).exists()


def test_link_opened_before_the_correction_lets_nobody_in_after_it() -> None:
    order = make_packed_order(user_email=OLD)
    opened = Invitation.objects.select_related("membership__user").get(order=order)
    assert readdress(order, NEW, actor=None)
    assert not join_as_new(opened, NewMember("quite a long phrase", "", "", "", "en"))
    assert not User.objects.get(email=NEW).is_known


def test_known_user_at_the_new_address_is_invited_and_not_changed() -> None:
    known = make_user(first_name="Karla")
    order = make_packed_order(user_email=OLD, user_first_name="Nina")
    assert readdress(order, known.email, actor=None)
    known.refresh_from_db()
    assert known.first_name == "Karla"
    membership = invitation_of(order).membership
    assert (membership.user, membership.joined_at) == (known, None)
    assert join_as_known(invitation_of(order))


def test_known_user_at_the_address_before_keeps_nothing_of_it() -> None:
    known = make_user()
    order = make_packed_order(user_email=known.email)
    assert readdress(order, NEW, actor=None)
    assert not known.memberships.exists()
    assert not known.administered_clients.exists()
    assert User.objects.filter(pk=known.pk).exists()


def test_client_that_its_admin_has_built_upon_is_not_taken_away() -> None:
    known = make_user()
    order = make_packed_order(user_email=known.email)
    make_project(client=order.delivered_client)
    assert not readdress(order, NEW, actor=None)
    assert Client.objects.get(name=order.client_name).client_admin == known


def test_client_of_the_token_s_user_stays_theirs() -> None:
    admin = make_user()
    order = make_packed_order(user_email=admin.email, admin_user_access_token=make_token(admin))
    assert readdress(order, NEW, actor=admin)
    assert Client.objects.get(name=order.client_name).client_admin == admin
    assert invitation_of(order).membership.user.email == NEW


def test_somebody_who_waits_elsewhere_too_is_not_forgotten() -> None:
    first, second = make_packed_order(user_email=OLD), make_packed_order(user_email=OLD)
    assert readdress(first, NEW, actor=None)
    old = User.objects.get(email=OLD)
    assert invitation_of(second).membership.user == old
    assert list(old.administered_clients.all()) == [second.delivered_client]
    assert come_in(second)


def test_somebody_who_waits_already_is_not_made_twice() -> None:
    waiting = make_packed_order(user_email=NEW)
    order = make_packed_order(user_email=OLD)
    assert readdress(order, NEW, actor=None)
    assert invitation_of(order).membership.user == waiting.member
    assert come_in(order)
    assert invitation_of(order).used_at
    assert not invitation_of(waiting).used_at  # it is accepted by itself


def order_into(project: Any, email: str) -> Order:
    """A further member for a project."""
    admin = project.client.client_admin
    order = make_order(
        project.product.code,
        client_id=project.client.pk,
        client_name=None,
        project_id=project.pk,
        project_name=None,
        user_email=email,
        admin_user_access_token=make_token(admin),
    )
    pack_all()
    order.refresh_from_db()
    assert order.state == State.PACKED
    return order


def test_full_project_keeps_its_number_of_members() -> None:
    project = make_project()
    project.product.members = 1
    project.product.save()
    order = order_into(project, OLD)
    assert readdress(order, NEW, actor=None)
    assert [place.user.email for place in project.memberships.all()] == [NEW]


def test_place_that_two_orders_hold_needs_a_second_one() -> None:
    project = make_project()
    project.product.members = 1
    project.product.save()
    first, second = order_into(project, OLD), order_into(project, OLD)
    with pytest.raises(InvalidDocumentError) as refusal:
        readdress(first, NEW, actor=None)
    assert refusal.value.errors == {"user_email": [SENTENCES["no_seat"]]}
    first.refresh_from_db()
    assert (first.user_email, invitation_of(first).counter) == (OLD, 1)
    project.product.members = 2
    project.product.save()
    assert readdress(first, NEW, actor=None)
    assert invitation_of(second).membership.user.email == OLD


def test_member_of_the_project_already_is_pointed_at() -> None:
    project = make_project()
    member = make_membership(project=project).user
    order = order_into(project, OLD)
    assert readdress(order, member.email, actor=None)
    assert invitation_of(order).membership.user == member
    assert project.memberships.count() == 1


def test_stuck_order_hands_over_what_is_there_and_packs_on() -> None:
    admin_before = make_user(joined_at=None, is_active=False, email=OLD)
    order = make_order("xl", user_email=OLD)
    client = make_client(client_admin=admin_before)
    pack_all()
    order.refresh_from_db()
    order.delivered_client = client
    order.save()
    assert order.state == State.NEED_HUMAN
    assert readdress(order, NEW, actor=None)
    client.refresh_from_db()
    assert client.client_admin.email == NEW
    assert order.state == State.NEED_HUMAN


def test_two_who_correct_at_once_have_one_winner() -> None:
    order = make_packed_order(user_email=OLD)
    late = Order.objects.get(pk=order.pk)
    assert readdress(order, NEW, actor=None)
    assert not readdress(late, "late@example.com", actor=None)
    assert late.user_email == NEW
