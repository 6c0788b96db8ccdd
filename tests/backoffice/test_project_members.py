"""A client's project as staff see it: its members, removing them, inviting them again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.backoffice.audit_log import history_of
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send_due
from shop.orders.models import Order, OrderEvent
from shop.tenancy.models import Membership, Project
from tests.factories import (
    make_client,
    make_membership,
    make_packed_order,
    make_project,
    make_staff,
)
from tests.pages import html, join_address, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def path_of(project: Project) -> str:
    return f"/staff/clients/{project.client_id}/projects/{project.pk}/"


def packed() -> tuple[Order, Project, Membership]:
    """A packed order whose member has not joined."""
    order = make_packed_order()
    assert order.delivered_project
    return order, order.delivered_project, Membership.objects.get(project=order.delivered_project)


def test_members_are_listed_with_role_and_state() -> None:
    client = make_client()
    project = make_project(client=client, name="Elbe")
    make_membership(project=project, user=client.client_admin)
    make_membership(project=project, role=Membership.Role.ADMIN)
    make_membership(project=project, joined_at=None)
    make_membership()
    text = words(visitor(make_staff("viewer")).get(path_of(project)))
    assert text.count("Mia Muster") == 3
    assert "administrator" in text
    assert "project admin" in text
    assert "2 of 8 + 1 invited" in text


def test_project_of_another_client_is_not_found() -> None:
    project, other = make_project(), make_client()
    browser = visitor(make_staff("agent"))
    assert browser.get(path_of(project)).status_code == 200
    assert browser.get(f"/staff/clients/{other.pk}/projects/{project.pk}/").status_code == 404
    member = make_membership(project=project)
    path = f"/staff/clients/{other.pk}/projects/{project.pk}/members/{member.pk}/remove/"
    assert browser.post(path).status_code == 404
    assert Membership.objects.filter(pk=member.pk).exists()


def test_member_is_removed_and_it_is_noted() -> None:
    project = make_project(name="Elbe")
    member, stays = make_membership(project=project), make_membership(project=project)
    agent = make_staff("agent")
    browser, path = visitor(agent), f"{path_of(project)}members/{member.pk}/remove/"
    assert "They lose access to Elbe at once" in words(browser.get(path))
    page = browser.post(path, follow=True)
    assert "The member is removed; the place is free again." in words(page)
    assert list(project.memberships.all()) == [stays]
    for about in (project.client, member.user):
        (entry,) = history_of(about)
        assert (entry["what"], entry["note"], entry["actor"]) == ("member removed", "Elbe", agent)


def test_removed_invitation_ends_its_link_and_is_noted_on_the_order() -> None:
    order, project, member = packed()
    agent, link = make_staff("agent"), join_address(order)
    path = f"{path_of(project)}members/{member.pk}/remove/"
    question = words(visitor(agent).get(path))
    assert "Their invitation ends: its link stops working." in question
    assert "They still administer Constantin Film." in question
    visitor(agent).post(path)
    assert order.events.filter(kind=OrderEvent.Kind.REMOVED, actor=agent).count() == 1
    assert "withdrawn" in words(visitor().get(link)).lower()


def test_member_who_is_gone_is_told_of() -> None:
    member = make_membership()
    browser, path = visitor(make_staff("agent")), f"{path_of(member.project)}members/{member.pk}/"
    member.delete()
    page = browser.post(f"{path}remove/", follow=True)
    assert "Something has changed in the meantime." in words(page)
    assert history_of(member.project.client) == []


def test_invited_member_gets_a_new_link() -> None:
    order, project, member = packed()
    other = make_packed_order(user_email="other@example.com")
    send_due(lambda: None)
    agent, old = make_staff("agent"), join_address(order)
    browser = visitor(agent)
    assert f"members/{member.pk}/invite-again/" in html(browser.get(path_of(project)))
    page = browser.post(f"{path_of(project)}members/{member.pk}/invite-again/", follow=True)
    assert "A new link is on its way to" in words(page)
    invitations = Message.objects.filter(kind="invitation")
    assert invitations.filter(order=order).count() == 2
    assert invitations.filter(order=other).count() == 1
    assert "a newer link" in words(visitor().get(old)).lower() or visitor().get(old).status_code
    assert order.events.filter(kind=OrderEvent.Kind.SENT_AGAIN, actor=agent).count() == 1
    (entry,) = history_of(project.client)
    assert entry["what"] == "member invited again"


def test_member_who_has_joined_is_not_invited_again() -> None:
    member = make_membership()
    path = f"{path_of(member.project)}members/{member.pk}/invite-again/"
    browser = visitor(make_staff("agent"))
    assert path not in html(browser.get(path_of(member.project)))
    assert "Something has changed" in words(browser.post(path, follow=True))
    assert not Message.objects.filter(kind="invitation").exists()


def test_page_takes_as_many_queries_for_a_hundred_members_as_for_one() -> None:
    project, browser = make_project(), visitor(make_staff())
    counts = []
    for number in (1, 99):
        for _turn in range(number):
            make_membership(project=project)
        browser.get(path_of(project))
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(path_of(project))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert html(page).count("Mia Muster") >= 50
    assert "?after=" in html(page)
