"""The page of a person: where they belong, how they sign in, where they are signed in."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.backoffice.audit_log import history_of
from shop.notifications.emails.models import Message
from shop.tenancy.models import Membership, User
from tests.accounts.factors import add_app, by_password, by_password_and_app
from tests.factories import (
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
)
from tests.pages import html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def path_of(user: User) -> str:
    return f"/staff/people/accounts/{user.pk}/"


def signed_in(user: User) -> Client:
    """A browser of `user`'s in which they have used what they have."""
    browser = visitor()
    browser.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
    assert by_password(browser, user).status_code == 302
    return browser


def test_support_sees_where_a_member_belongs_and_how_they_sign_in() -> None:
    admin = make_user(first_name="Nina", last_name="Neumann")
    project = make_project(client=make_client(name="Elbebild", client_admin=admin), name="Elbe")
    make_membership(user=admin, project=project, role=Membership.Role.ADMIN)
    make_membership(user=admin, project=make_project(name="Spree"), joined_at=None)
    add_app(admin)
    page = visitor(make_staff("viewer")).get(path_of(admin))
    text = words(page)
    assert "Nina Neumann" in text
    assert "Elbebild 1 project" in text
    assert "Elbe · Elbebild since" in text
    assert "Spree · Beispielfilm GmbH invited" in text
    assert "E-mail verified yes Password set Authenticator app added on" in text
    assert f'href="/staff/clients/{project.client_id}/"' in html(page)


def test_support_neither_gives_data_out_nor_erases() -> None:
    user, privacy = make_user(), visitor(make_staff("privacy"))
    agent = html(visitor(make_staff("agent")).get(path_of(user)))
    assert "data.json" in html(privacy.get(path_of(user)))
    assert "data.json" not in agent
    assert "/erase/" not in agent
    assert visitor(make_staff("agent")).get(f"{path_of(user)}data.json").status_code == 403


def test_viewer_sees_sessions_and_ends_none() -> None:
    user, viewer = make_user(), visitor(make_staff("viewer"))
    signed_in(user)
    page = viewer.get(path_of(user))
    assert "Firefox on Windows 127.0.0.…" in words(page)
    assert "/sign-out/" not in html(page)
    assert viewer.post(f"{path_of(user)}sign-out/").status_code == 403
    assert UserSession.objects.filter(user=user).count() == 1


def test_one_session_of_a_member_is_ended_and_the_others_go_on() -> None:
    user, other, agent = make_user(), make_user(), make_staff("agent")
    lost, kept, stranger = signed_in(user), signed_in(user), signed_in(other)
    session = UserSession.objects.filter(user=user).order_by("pk")[0]
    browser = visitor(agent)
    path = f"{path_of(user)}sign-out/{session.pk}/"
    assert "This session ends; others continue." in words(browser.get(path))
    assert lost.get("/portal/").status_code == 200
    page = browser.post(path, follow=True)
    assert "Mia Muster is signed out." in words(page)
    assert [each.get("/portal/").status_code for each in (lost, kept, stranger)] == [302, 200, 200]
    (entry,) = history_of(user)
    assert (entry["what"], entry["actor"]) == ("signed out", agent)


def test_all_sessions_of_a_member_are_ended() -> None:
    user, other = make_user(), make_user()
    browsers = [signed_in(user), signed_in(user)]
    stranger = signed_in(other)
    visitor(make_staff("agent")).post(f"{path_of(user)}sign-out/")
    assert [each.get("/portal/").status_code for each in browsers] == [302, 302]
    assert stranger.get("/portal/").status_code == 200


def test_session_that_has_ended_is_told_of() -> None:
    user = make_user()
    signed_in(user)
    session = UserSession.objects.get(user=user)
    browser, path = visitor(make_staff("agent")), f"{path_of(user)}sign-out/{session.pk}/"
    session.end()
    page = browser.post(path, follow=True)
    assert "They were signed out already." in words(page)
    assert history_of(user) == []


@pytest.mark.parametrize(("group", "status"), [("agent", 403), ("", 302)])
def test_colleague_is_signed_out_by_those_who_manage_colleagues_alone(
    group: str, status: int
) -> None:
    colleague = make_staff("viewer")
    add_app(colleague)
    browser = by_password_and_app(colleague)
    helper = visitor(make_staff(*filter(None, [group])))
    assert helper.post(f"{path_of(colleague)}sign-out/").status_code == status
    assert browser.get("/portal/").status_code == (200 if status == 403 else 302)


def test_person_without_account_is_shown_by_the_name_of_their_order() -> None:
    order = make_order(user_email="uta@example.com", user_first_name="Uta", user_last_name="Unger")
    make_order(user_email="other@example.com")
    page = visitor(make_staff("viewer")).get(f"/staff/people/orders/{order.pk}/")
    text = words(page)
    assert "Uta Unger" in text
    assert "Account none" in text
    assert text.count("order received") == 1
    assert "Sign-in" not in text
    assert (
        visitor(make_staff("agent")).get(f"/staff/people/orders/{order.pk}/sign-out/").status_code
        == 404
    )


def test_deactivated_account_is_told_of() -> None:
    user = make_user(is_active=False)
    text = words(visitor(make_staff("viewer")).get(path_of(user)))
    assert "Sign-in not possible: the account is deactivated" in text


def test_passkey_is_shown_with_its_name_and_last_use() -> None:
    user = make_user()
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Nina's key"},
        last_used_at=timezone.now() - timedelta(days=1),
    )
    assert "Passkey Nina's key last used on" in words(
        visitor(make_staff("viewer")).get(path_of(user))
    )


def test_page_takes_as_many_queries_for_many_rows_as_for_one() -> None:
    browser, counts = visitor(make_staff("agent")), []
    for number in (1, 12):
        user = make_user()
        for _turn in range(number):
            make_membership(user=user)
            make_client(client_admin=user)
            make_order(user_email=user.email)
            signed_in(user)
        browser.get(path_of(user))
        with CaptureQueriesContext(connection) as queries:
            browser.get(path_of(user))
        counts.append(len(queries))
        assert Message.objects.filter(recipient=user.email).count() == number
    assert counts[0] == counts[1]
    assert counts[0] < 24


def test_invited_person_is_shown_as_such() -> None:
    order = make_packed_order()
    assert order.member
    text = words(visitor(make_staff("viewer")).get(path_of(order.member)))
    assert "Joined not yet" in text
    assert "OSD Yamdu Free · Constantin Film invited" in text
