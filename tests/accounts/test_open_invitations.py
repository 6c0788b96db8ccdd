"""Invitations to further projects: each is accepted by itself, and tells nothing before."""

import pytest

from shop.tenancy.client_admins import successors
from shop.tenancy.models import Membership, User
from tests.factories import (
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_token,
    make_user,
    pack_all,
)
from tests.pages import AGREED, html, join_address, part, visitor, words

pytestmark = pytest.mark.django_db

EMAIL = "dual@example.net"
NAME = {"user_first_name": "Dolores", "user_last_name": "Realname"}


def invite_to(project_name: str, admin: User) -> None:
    """An invitation of EMAIL to a project of a client of `admin`."""
    client = make_client(name=f"Client of {project_name}", client_admin=admin)
    project = make_project(name=project_name, client=client)
    make_order(
        client_name=None, client_id=client.pk,
        project_name=None, project_id=project.pk,
        user_email=EMAIL, admin_user_access_token=make_token(admin), client_admin=admin,
    )  # fmt: skip
    pack_all()


def test_joining_one_project_tells_the_other_nothing() -> None:
    admin = make_user()
    invite_to("Elsewhere", admin)
    elsewhere = Membership.objects.get(project__name="Elsewhere")
    order = make_packed_order(user_email=EMAIL, project_name="Here", **NAME)
    browser = visitor()
    form = {**AGREED, "password": "quiet paper, exact type"}
    home = browser.post(join_address(order), form, follow=True)
    assert "Here" in words(home)
    elsewhere.refresh_from_db()
    assert elsewhere.joined_at is None
    path = f"/portal/projects/{elsewhere.project.pk}/"
    page = words(visitor(admin).get(path))
    assert EMAIL in page  # as it was typed to invite them
    assert "Dolores" not in page
    assert "invited, not joined yet" in page
    assert not successors(elsewhere.project.client).exists()
    waiting = part(home, 'id="invitations"', "</ul>")
    assert "Elsewhere Client of Elsewhere · S" in waiting
    browser.post(f"/portal/invitations/{elsewhere.invitations.get().pk}/accept/")
    elsewhere.refresh_from_db()
    assert elsewhere.joined_at
    assert "Dolores Realname" in words(visitor(admin).get(path))
    assert 'id="invitations"' not in html(browser.get("/portal/"))


def test_invitation_of_somebody_else_cannot_be_accepted() -> None:
    user, stranger = make_user(email=EMAIL), make_user()
    invite_to("Theirs", make_user())
    membership = Membership.objects.get(user=user)
    path = f"/portal/invitations/{membership.invitations.get().pk}/accept/"
    answer = visitor(stranger).post(path, follow=True)
    assert "This invitation is no longer open." in words(answer)
    membership.refresh_from_db()
    assert membership.joined_at is None
    assert visitor(user).get(path).status_code == 405
    assert "Welcome to Theirs." in words(visitor(user).post(path, follow=True))
    assert "This invitation is no longer open." in words(visitor(user).post(path, follow=True))


def test_welcome_is_not_turned_by_the_name_of_the_project() -> None:
    user = make_user(email=EMAIL)
    invite_to("\u202eTheirs", make_user())
    invitation = Membership.objects.get(user=user).invitations.get()
    page = visitor(user).post(f"/portal/invitations/{invitation.pk}/accept/", follow=True)
    assert "Welcome to Theirs." in words(page)


def test_member_without_open_invitations_sees_none() -> None:
    user = make_user(email=EMAIL)
    make_membership(user=user)
    assert "Invitations waiting for you" not in words(visitor(user).get("/portal/"))
    invite_to("Waiting", make_user())
    assert "Invitations waiting for you" in words(visitor(user).get("/portal/"))
