"""Access below /portal/: every URL, tried by every kind of user."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client as Visitor

from shop.access.models import Application
from shop.access.tokens import issue
from shop.orders.models import Order
from shop.tenancy.departure_rows import AppointmentRequest
from shop.tenancy.models import Client, Membership, User
from tests.factories import (
    PASSWORD,
    make_application,
    make_client,
    make_membership,
    make_project,
    make_user,
)
from tests.pages import A_WHILE, html, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

Way = tuple[str, Callable[["House"], str]]


@dataclass
class House:
    """A client with an admin, a project admin, a member and somebody who is invited."""

    client: Client
    project_admin: Membership
    member: Membership
    invited: Membership
    token: Token
    application: Application

    @property
    def admin(self) -> User:
        return self.client.client_admin

    @property
    def project(self) -> int:
        return self.member.project_id


@pytest.fixture
def house() -> House:
    client = make_client()
    project = make_project(client=client)
    issue("CI", holder=client.client_admin)
    application = make_application()
    token = Token.objects.get()
    Token.objects.create(
        type="at", user=client.client_admin, client=application.oauth_client, hash="x"
    )
    return House(
        client,
        make_membership(project=project, role="admin"),
        make_membership(project=project),
        make_membership(project=project, joined_at=None),
        token,
        application,
    )


def of_client(rest: str) -> Callable[[House], str]:
    return lambda house: f"/portal/clients/{house.client.pk}/{rest}"


def of_project(rest: str) -> Callable[[House], str]:
    return lambda house: f"/portal/projects/{house.project}/{rest}".replace(
        "MEMBER", str(house.member.pk)
    )


# The client_admin's alone: method and address.
ADMINS: list[Way] = [
    ("GET", of_client("")),
    ("GET", of_client("orders/")),
    ("GET", of_client("billing/")),
    ("GET", of_client("invoices/")),
    ("GET", of_client("company/")),
    ("POST", of_client("company/")),
    ("GET", of_client("export/")),
    ("POST", of_client("ask-for-successor/")),
    ("POST", of_project("export/waive/")),
    ("GET", of_client("add-project/")),
    ("POST", of_client("add-project/")),
    ("GET", of_client("hand-over/")),
    ("GET", lambda house: f"{of_client('hand-over/')(house)}{house.member.user_id}/"),
    ("POST", lambda house: f"{of_client('hand-over/')(house)}{house.member.user_id}/"),
    ("GET", of_project("invite/")),
    ("POST", of_project("invite/")),
    ("POST", of_project("members/MEMBER/role/")),
    ("GET", of_project("members/MEMBER/remove/")),
    ("POST", of_project("members/MEMBER/remove/")),
]
SEEN_BY_PROJECT_ADMIN: list[Way] = [("GET", of_project(""))]
OWN: list[Way] = [
    ("GET", lambda house: f"/portal/tokens/{house.token.pk}/revoke/"),
    ("GET", lambda house: f"/portal/tokens/programs/{house.application.pk}/revoke/"),
    ("POST", lambda house: f"/portal/tokens/programs/{house.application.pk}/revoke/"),
]
EVERYBODYS: list[Way] = [
    ("GET", lambda house: "/portal/"),
    ("GET", lambda house: "/portal/tokens/"),
    ("GET", lambda house: "/portal/my-data/"),
    ("GET", lambda house: "/portal/profile/"),
]
SHOWN_AGAIN: list[Way] = [
    ("GET", lambda house: "/portal/tokens/new/"),
    ("POST", lambda house: "/portal/tokens/new/"),
    ("GET", lambda house: "/portal/my-data/export/"),
    ("GET", lambda house: "/portal/my-data/delete/"),
    ("POST", lambda house: "/portal/my-data/delete/"),
    ("POST", of_client("billing/")),
]
ALL = ADMINS + SEEN_BY_PROJECT_ADMIN + OWN + EVERYBODYS + SHOWN_AGAIN
FULL = {
    "user_email": "nina@example.com",
    "language": "en",
    "role": "admin",
    "project_name": "Neu",
    "product": "s",
    "name": "CI",
    "sure": "on",
}


def tried(browser: Visitor, house: House, ways: list[Way]) -> dict[str, int]:
    found = {}
    for method, way in ways:
        address = way(house)
        answer = browser.generic(
            method,
            address,
            data="&".join(f"{name}={value}" for name, value in FULL.items()),
            content_type="application/x-www-form-urlencoded",
        )
        found[f"{method} {address}"] = answer.status_code
    return found


def nothing_has_happened(house: House) -> bool:
    return (
        Client.objects.get().client_admin == house.admin
        and Membership.objects.count() == 3
        and Membership.objects.filter(role="admin").count() == 1
        and Token.objects.count() == 2
        and not Order.objects.exists()
        and not User.objects.filter(is_active=False).exists()
        and not AppointmentRequest.objects.exists()
    )


def test_anonymous_visitors_are_sent_to_sign_in_everywhere(house: House) -> None:
    browser = visitor()
    for method, way in ALL:
        answer = browser.generic(method, way(house))
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
            302,
            "/account/login/",
        ), way(house)
    assert nothing_has_happened(house)


def test_admin_who_has_not_joined_is_nobody_yet(house: House) -> None:
    browser = visitor(house.admin)
    User.objects.filter(pk=house.admin.pk).update(joined_at=None)
    assert set(tried(browser, house, ALL).values()) == {302}
    assert nothing_has_happened(house)


@pytest.mark.parametrize("who", ["invited", "another client's admin", "staff"])
def test_others_find_nothing(house: House, who: str) -> None:
    other = {
        "invited": house.invited.user,
        "another client's admin": make_project().client.client_admin,
        "staff": make_user(is_staff=True, is_superuser=True),
    }[who]
    Client.objects.exclude(pk=house.client.pk).update(client_admin=other)
    found = tried(visitor(other), house, ADMINS + SEEN_BY_PROJECT_ADMIN + OWN)
    assert set(found.values()) == {404}, found
    Client.objects.exclude(pk=house.client.pk).delete()
    assert nothing_has_happened(house)


def test_plain_member_sees_the_names_of_the_members_and_decides_nothing(house: House) -> None:
    browser = visitor(house.member.user)
    assert set(tried(browser, house, ADMINS + OWN).values()) == {404}
    assert set(tried(browser, house, SEEN_BY_PROJECT_ADMIN).values()) == {200}
    assert nothing_has_happened(house)
    page = html(browser.get(f"/portal/projects/{house.project}/"))
    assert house.project_admin.user.get_full_name() in page
    assert house.project_admin.user.email not in page


def test_project_admin_sees_the_members_and_decides_nothing(house: House) -> None:
    browser = visitor(house.project_admin.user)
    assert set(tried(browser, house, ADMINS + OWN).values()) == {404}
    assert set(tried(browser, house, SEEN_BY_PROJECT_ADMIN).values()) == {200}
    assert nothing_has_happened(house)


def test_project_admin_who_has_not_joined_sees_nothing(house: House) -> None:
    Membership.objects.filter(pk=house.invited.pk).update(role="admin")
    browser = visitor(house.invited.user)
    assert set(tried(browser, house, SEEN_BY_PROJECT_ADMIN).values()) == {404}


def test_anothers_token_is_not_revoked(house: House) -> None:
    visitor(make_user()).post(f"/portal/tokens/{house.token.pk}/revoke/")
    assert nothing_has_happened(house)


def test_client_admin_finds_every_page(house: House) -> None:
    browser = visitor(house.admin)
    pages = [way for way in ADMINS + SEEN_BY_PROJECT_ADMIN + OWN + EVERYBODYS if way[0] == "GET"]
    found = tried(browser, house, pages)
    assert set(found.values()) == {200}, found


def test_member_of_one_project_is_not_reached_through_another(house: House) -> None:
    browser, other = visitor(house.admin), make_project(client=house.client)
    address = f"/portal/projects/{other.pk}/members/{house.member.pk}/remove/"
    assert browser.post(address)["Location"] == f"/portal/projects/{other.pk}/"
    assert nothing_has_happened(house)


def test_what_is_delicate_asks_again_who_one_is(house: House) -> None:
    browser = visitor(house.admin, seconds_ago=A_WHILE)
    for method, way in SHOWN_AGAIN:
        answer = browser.generic(method, way(house))
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
            302,
            "/account/reauthenticate/",
        ), way(house)
    assert nothing_has_happened(house)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert browser.get("/portal/tokens/new/").status_code == 200


def test_what_changes_something_needs_the_forms_token(house: House) -> None:
    browser = Visitor(enforce_csrf_checks=True)
    browser.force_login(house.admin)
    for method, way in ADMINS + OWN:
        if method == "POST":
            assert browser.post(way(house)).status_code == 403, way(house)
    assert nothing_has_happened(house)


def test_what_changes_something_is_not_done_by_looking(house: House) -> None:
    browser = visitor(house.admin)
    assert browser.get(of_project("members/MEMBER/role/")(house)).status_code == 405
    for method, way in ADMINS + OWN:
        if method == "POST" and not way(house).endswith("/role/"):
            browser.get(way(house))
    assert nothing_has_happened(house)
