"""Leaving a project."""

import pytest

from shop.orders.member_orders import invite, leave_project
from shop.orders.models import OrderEvent
from shop.tenancy.models import Client, Membership
from tests.factories import (
    bystander,
    make_client,
    make_membership,
    make_packed_order,
    make_project,
    make_user,
    pack_all,
)
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


def url(membership: Membership) -> str:
    return f"/portal/projects/{membership.project_id}/leave/"


def test_leaving_asks_first_and_frees_the_seat() -> None:
    membership = make_membership(project=make_project(name="Nachtdreh"))
    other = make_membership(project=membership.project)
    browser = visitor(membership.user)
    asked = words(browser.get(url(membership)))
    assert "Leave Nachtdreh" in asked
    assert "To come back, you need a new invitation." in asked
    assert Membership.objects.filter(pk=membership.pk).exists()
    with bystander():
        page = browser.post(url(membership), follow=True)
        assert "You have left Nachtdreh." in words(page)
        remaining = Membership.objects.filter(project=membership.project)
        assert list(remaining) == [other]


def test_client_admin_who_leaves_still_administers_and_can_invite_themselves_again() -> None:
    admin = make_user()
    project = make_project(client=make_client(client_admin=admin))
    membership = make_membership(user=admin, project=project)
    browser = visitor(admin)
    assert "You still administer the company" in words(browser.get(url(membership)))
    browser.post(url(membership))
    assert not Membership.objects.filter(pk=membership.pk).exists()
    assert Client.objects.get(pk=project.client_id).client_admin == admin
    assert browser.get(f"/portal/projects/{project.pk}/").status_code == 200
    invite(project, admin, {"user_email": admin.email, "language": "en"})
    pack_all()
    assert Membership.objects.get(project=project).user == admin


def test_removing_oneself_leads_to_leaving() -> None:
    admin = make_user()
    project = make_project(client=make_client(client_admin=admin))
    membership = make_membership(user=admin, project=project)
    answer = visitor(admin).get(f"/portal/projects/{project.pk}/members/{membership.pk}/remove/")
    assert answer.headers["Location"] == url(membership)


def test_leaving_is_noted_on_the_order_that_invited_them() -> None:
    order = make_packed_order()
    assert order.invitation
    membership = order.invitation.membership
    Membership.objects.filter(pk=membership.pk).update(joined_at=membership.created_at)
    assert leave_project(membership)
    assert not leave_project(membership)
    event = OrderEvent.objects.get(order=order, kind=OrderEvent.Kind.REMOVED)
    assert event.actor == membership.user


def test_seat_that_was_never_taken_is_not_left() -> None:
    membership = make_membership(joined_at=None)
    assert visitor(membership.user).post(url(membership)).status_code == 404
    assert not leave_project(membership)
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_nobody_leaves_for_somebody_else() -> None:
    membership = make_membership()
    assert visitor(make_user()).post(url(membership)).status_code == 404
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_plain_member_sees_the_names_of_who_has_joined_and_no_address() -> None:
    project = make_project()
    member = make_membership(project=project).user
    named = make_membership(project=project, user=make_user(first_name="Uta", last_name="Unger"))
    unnamed = make_user(first_name="", last_name="", login="otto")
    make_membership(project=project, user=unnamed)
    make_membership(project=project, user=make_user(first_name="Invited"), joined_at=None)
    make_membership(user=make_user(first_name="Elsewhere"))
    page = visitor(member).get(f"/portal/projects/{project.pk}/")
    text = words(page)
    assert "Uta Unger" in text
    assert "otto" in text
    assert "Invited" not in text
    assert "Elsewhere" not in text
    for user in (named.user, unnamed, project.client.client_admin):
        assert user.email not in html(page)
    as_admin = html(visitor(project.client.client_admin).get(f"/portal/projects/{project.pk}/"))
    assert named.user.email in as_admin
