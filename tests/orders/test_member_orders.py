"""Inviting a member places one order; removing one is noted in the order's history."""

import pytest

from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.orders.document import InvalidDocumentError
from shop.orders.member_orders import invite, remove_member
from shop.orders.models import Order, State
from shop.orders.problems import SENTENCES
from shop.tenancy.client_admins import NotClientAdminError
from shop.tenancy.models import Invitation, Membership, Project, User
from tests.factories import make_membership, make_project, make_user, pack_all

pytestmark = pytest.mark.django_db

NINA = {"user_email": "nina@example.com", "user_first_name": "Nina", "language": "en"}


def admin_of(project: Project) -> User:
    return project.client.client_admin


def test_invitation_is_an_order_that_costs_nothing() -> None:
    project = make_project()
    order = invite(project, admin_of(project), NINA)
    assert (order.client_id, order.project_id) == (project.client_id, project.pk)
    assert (order.state, order.complete, order.net_cents) == (State.PENDING, True, 0)
    assert order.placed_by == order.token_user == admin_of(project)
    assert [event.actor for event in order.events.all()] == [admin_of(project)]
    pack_all()
    membership = Membership.objects.get()
    assert (membership.project, membership.user.email) == (project, "nina@example.com")
    assert membership.role == Membership.Role.MEMBER
    kinds = set(Message.objects.values_list("kind", "recipient"))
    assert kinds == {("invitation", "nina@example.com"), ("packed", admin_of(project).email)}


def test_who_is_being_invited_is_not_invited_again() -> None:
    project = make_project()
    invite(project, admin_of(project), NINA)
    for email in ("nina@example.com", "Nina@Example.com"):
        with pytest.raises(InvalidDocumentError) as refusal:
            invite(project, admin_of(project), {**NINA, "user_email": email})
        assert refusal.value.errors == {"user_email": [SENTENCES["already_member"]]}
    pack_all()
    with pytest.raises(InvalidDocumentError):
        invite(project, admin_of(project), NINA)
    assert Order.objects.count() == 1


def test_who_is_a_member_is_not_invited_again() -> None:
    membership = make_membership()
    with pytest.raises(InvalidDocumentError):
        invite(
            membership.project,
            admin_of(membership.project),
            {"user_email": membership.user.email},
        )


def test_member_of_another_project_is_invited() -> None:
    project, user = make_project(), make_membership().user
    assert invite(project, admin_of(project), {"user_email": user.email}).state == State.PENDING


def test_address_that_is_none_is_refused_in_the_words_of_ordering() -> None:
    project = make_project()
    with pytest.raises(InvalidDocumentError) as refusal:
        invite(project, admin_of(project), {"user_email": "nina"})
    assert refusal.value.errors == {"user_email": ["must be a bare e-mail address."]}


def test_only_the_client_admin_invites() -> None:
    project = make_project()
    for somebody in (make_user(), make_membership(project=project, role="admin").user):
        with pytest.raises(NotClientAdminError):
            invite(project, somebody, NINA)
    assert not Order.objects.exists()


def test_invitation_past_the_tiers_places_waits_for_a_person() -> None:
    project = make_project()
    for _ in range(project.product.members):
        make_membership(project=project)
    order = invite(project, admin_of(project), NINA)
    pack_all()
    order.refresh_from_db()
    assert (order.state, order.fault) == (State.NEED_HUMAN, "no_place")


def test_removing_ends_the_invitation_and_is_told_in_the_orders_history() -> None:
    project = make_project()
    order = invite(project, admin_of(project), NINA)
    pack_all()
    assert remove_member(Membership.objects.get(), admin_of(project))
    assert not Invitation.objects.exists()
    last = order.events.last()
    assert last
    assert (last.kind, last.actor) == ("removed", admin_of(project))
    user = User.objects.get(email="nina@example.com")
    assert (user.is_active, user.joined_at, user.has_usable_password()) == (False, None, False)


def test_mail_to_who_was_removed_before_it_left_is_not_sent() -> None:
    project = make_project()
    invite(project, admin_of(project), NINA)
    pack_all()
    remove_member(Membership.objects.get(), admin_of(project))
    assert email_for(Message.objects.get(kind="invitation")).is_obsolete()


def test_who_was_removed_can_be_invited_anew() -> None:
    project = make_project()
    first = invite(project, admin_of(project), NINA)
    pack_all()
    remove_member(Membership.objects.get(), admin_of(project))
    second = invite(project, admin_of(project), NINA)
    assert second.pk != first.pk
    pack_all()
    second.refresh_from_db()
    assert second.state == State.PACKED
    assert second.invitation


def test_removing_nobody_leaves_no_trace() -> None:
    project = make_project()
    order = invite(project, admin_of(project), NINA)
    pack_all()
    membership = Membership.objects.get()
    assert remove_member(Membership.objects.get(), admin_of(project))
    assert not remove_member(membership, admin_of(project))
    assert order.events.filter(kind="removed").count() == 1
