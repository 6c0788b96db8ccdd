"""The way into the project, at the end of an order's page and in the mail that lets one join."""

import re
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.registration import kept_status
from shop.notifications.emails.kinds import render
from shop.orders.models import Order
from shop.tenancy.models import Invitation, Project
from tests.factories import (
    make_client,
    make_membership,
    make_packed_order,
    make_project,
    make_user,
)
from tests.pages import assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db

PATTERN = "https://app.example/{client_id}/{project_id}"


@pytest.fixture(autouse=True)
def pattern(settings: Settings) -> None:
    settings.PROJECT_URL = PATTERN


def joined_order(**project: Any) -> Order:
    """An order whose member has joined; `project` are columns of what it delivered."""
    order = make_packed_order()
    Invitation.objects.filter(order=order).update(used_at=timezone.now())
    assert order.delivered_project_id
    Project.objects.filter(pk=order.delivered_project_id).update(**{"name": "P", **project})
    order.refresh_from_db()
    return order


def address(order: Order) -> str:
    return f"https://app.example/{order.delivered_client_id}/{order.delivered_project_id}"


def buttons(text: str) -> list[str]:
    """The addresses of the red buttons of a page's source."""
    return re.findall(r'<a class="button button--primary"\s+href="([^"]*)"', text)


def page_of(order: Order, *cookies: str) -> str:
    browser = visitor()
    for name in cookies:
        browser.cookies[name] = "1"
    return html(browser.get(f"/register/{order.order_hash}/"))


def test_page_of_a_joined_order_leads_into_its_own_project_kept_or_not() -> None:
    orders = [joined_order(), joined_order(), joined_order(url="https://own.example/?a=1&b=2")]
    for _round in range(2):
        for order, url in zip(
            orders,
            [*map(address, orders[:2]), "https://own.example/?a=1&amp;b=2"],
            strict=True,
        ):
            assert buttons(page_of(order)) == buttons(page_of(order, "odd")) == [url]
    assert kept_status.pages


def test_page_leads_to_the_portal_where_the_project_has_no_address_or_is_closed(
    settings: Settings,
) -> None:
    order, closed = joined_order(), joined_order(closed_at=timezone.now())
    assert buttons(page_of(order)) == [address(order)]
    assert buttons(page_of(closed)) == ["/portal/"]
    settings.PROJECT_URL = ""
    assert buttons(page_of(order)) == ["/portal/"]


def test_nobody_is_led_into_a_project_before_the_member_has_joined() -> None:
    order = make_packed_order()
    assert "app.example" not in page_of(order)


def test_invitation_names_the_address_for_after_joining(settings: Settings) -> None:
    order = make_packed_order(language="en")
    mail = order.messages.get(kind="invitation")
    assert f"Your project, once you have joined: {address(order)}" in render(mail).text
    settings.PROJECT_URL = ""
    mail = order.messages.get(kind="invitation")
    assert "once you have joined" not in render(mail).text


def test_portal_leads_every_member_into_each_project(settings: Settings) -> None:
    member = make_user()
    project = make_project()
    make_membership(user=member, project=project)
    url = f"https://app.example/{project.client_id}/{project.pk}"
    way = f"/portal/projects/{project.pk}/open/"
    for path in ("/portal/", f"/portal/projects/{project.pk}/"):
        assert buttons(html(visitor(member).get(path))) == [way]
    assert visitor(member).get(way)["Location"] == url
    settings.PROJECT_URL = ""
    page = visitor(member).get("/portal/")
    assert buttons(html(page)) == []
    assert "We're preparing access to your project." in words(page)


def test_first_steps_open_a_project_once_it_has_an_address(settings: Settings) -> None:
    admin = make_user(joined_at=timezone.now())
    make_membership(user=admin, project=make_project(client=make_client(client_admin=admin)))
    there = words(visitor(admin).get("/portal/"))
    settings.PROJECT_URL = ""
    here = words(visitor(admin).get("/portal/"))
    assert_left_out("Your workspace is ready.", there=there, here=here)
    assert "First steps Invite your team" in here


def test_closed_project_offers_its_admin_the_data_and_members_the_way_out() -> None:
    project = make_project()
    admin, member = project.client.client_admin, make_membership(project=project).user
    make_membership(project=project, user=admin)
    until = timezone.localdate()
    Project.objects.filter(pk=project.pk).update(closed_at=timezone.now(), export_until=until)
    for path in ("/portal/", f"/portal/projects/{project.pk}/"):
        page = visitor(admin).get(path)
        assert buttons(html(page)) == [f"/portal/clients/{project.client_id}/export/"]
        assert "This project has ended with its contract" in words(page)
    page = visitor(member).get("/portal/")
    assert buttons(html(page)) == []
    assert "This project has ended with its contract" in words(page)
    assert f'href="/portal/projects/{project.pk}/leave/"' in html(page)
    assert visitor(member).get(f"/portal/projects/{project.pk}/").status_code == 404
