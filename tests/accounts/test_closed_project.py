"""A project whose contract has ended: closed for its members, not for its client_admin."""

import pytest
from django.utils import timezone

from shop.orders.models import Order
from shop.tenancy.closed_projects import close_joins, close_project, open_projects
from shop.tenancy.memberships import change_role
from shop.tenancy.models import Membership, Project
from tests.factories import make_membership, make_project
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db


def make_closed_project() -> Project:
    project = make_project()
    close_joins(project)
    close_project(project, timezone.localdate())
    return Project.objects.get(pk=project.pk)


def test_closed_project_is_open_for_its_client_admin_alone() -> None:
    project, other = make_closed_project(), make_project()
    admin = Membership.Role.ADMIN
    member = make_membership(project=project, role=admin).user
    make_membership(project=other, role=admin, user=member)
    people = [member, project.client.client_admin]
    answers = [visitor(each).get(f"/portal/projects/{project.pk}/").status_code for each in people]
    assert answers == [404, 200]
    assert visitor(member).get(f"/portal/projects/{other.pk}/").status_code == 200
    assert list(open_projects()) == [other]


def test_nobody_is_invited_into_a_closed_project() -> None:
    project, other = make_closed_project(), make_project()
    page = f"/portal/projects/{project.pk}/"
    browser = visitor(project.client.client_admin)
    for answer in (
        browser.get(f"{page}invite/"),
        browser.post(f"{page}invite/", {"user_email": "late@example.com", "language": "en"}),
    ):
        assert answer.headers["Location"] == page
    assert "The contract of this project has ended" in words(browser.get(page))
    assert not Order.objects.exists()
    theirs = f"/portal/projects/{other.pk}/invite/"
    assert visitor(other.client.client_admin).get(theirs).status_code == 200


def test_roles_in_a_closed_project_stay_as_they_are() -> None:
    closed = make_membership(project=make_closed_project())
    opened = make_membership(project=make_project())
    admin = Membership.Role.ADMIN
    for membership, changed in ((closed, False), (opened, True)):
        assert change_role(membership, admin, membership.project.client.client_admin) is changed
        membership.refresh_from_db()
        assert (membership.role == admin) is changed
    page = f"/portal/projects/{closed.project_id}/"
    assert "Make project admin" not in words(visitor(closed.project.client.client_admin).get(page))
