"""A client that staff closed for its members after the third reminder."""

import pytest

from shop.tenancy.closing import close_client, reopen_client
from shop.tenancy.models import Membership
from tests.factories import make_membership, make_project
from tests.pages import visitor

pytestmark = pytest.mark.django_db


def test_closed_client_is_open_for_its_client_admin_alone() -> None:
    project, other = make_project(), make_project()
    admin = Membership.Role.ADMIN
    member = make_membership(project=project, role=admin).user
    make_membership(project=other, role=admin, user=member)
    people = [member, project.client.client_admin]
    pages = [f"/portal/projects/{each.pk}/" for each in (project, other)]

    def answers() -> list[int]:
        return [visitor(person).get(pages[0]).status_code for person in people]

    assert answers() == [200, 200]
    assert close_client(project.client)
    assert not close_client(project.client)
    assert answers() == [404, 200]
    assert visitor(member).get(pages[1]).status_code == 200
    home = visitor(member).get("/portal/").content.decode()
    assert home.count("closed for its members") == 1
    assert reopen_client(project.client)
    assert answers() == [200, 200]
