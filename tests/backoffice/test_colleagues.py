"""Colleagues: invited by a mailed link, with roles, and taken out again."""

import re
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.bulk_jobs import begin, run_bulk_jobs
from portal.backoffice.models import BulkJob
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send_due
from shop.orders.models import Order
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import staff_join_token
from tests.accounts.factors import LOGIN, app_code, by_password
from tests.accounts.passkey import at_localhost
from tests.factories import (
    PASSWORD,
    make_membership,
    make_order,
    make_packed_order,
    make_staff,
    make_token,
    make_user,
)
from tests.pages import error_beside, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

LIST, NEW = "/staff/colleagues/", "/staff/colleagues/new/"
EMAIL = "carla@example.com"
JOIN = {"password": "another quiet paper", "user_first_name": "Carla", "language": "en"}


def group(name: str) -> int:
    return Group.objects.get(name=name).pk


def form(email: str = EMAIL, *roles: str) -> dict[str, object]:
    chosen = [group(name) for name in roles or ("agent",)]
    return {"email": email, "language": "en", "roles": chosen}


def invited(email: str = EMAIL, *roles: str) -> StaffInvitation:
    """An invitation that a superuser has made in the back office."""
    answer = visitor(make_staff(first_name="Ada")).post(NEW, form(email, *roles))
    assert answer.status_code == 302
    return StaffInvitation.objects.get(user__email=email)


def link(invitation: StaffInvitation) -> str:
    invitation.refresh_from_db()
    return f"/account/back-office/{staff_join_token(invitation)}/"


def test_invited_colleague_joins_by_the_mailed_link(
    mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.DEMO = True
    invited()
    person = User.objects.get(email=EMAIL)
    assert (person.is_staff, person.is_active, person.joined_at) == (False, False, None)
    send_due(lambda: None)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([EMAIL], "You are invited to the back office of Slate")
    assert "Ada Muster invites you to the back office of Slate." in str(mail.body)
    path = re.search(r"/account/back-office/\S+/", str(mail.body))
    assert path
    browser = at_localhost()
    assert "Ada Muster" not in words(browser.get("/"))
    assert browser.get(path[0]).status_code == 200
    answer = browser.post(path[0], JOIN)
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser, person.first_name) == (True, False, "Carla")
    assert [each.name for each in person.groups.all()] == ["agent"]
    assert browser.get("/staff/").status_code == 200
    assert browser.get(LIST).status_code == 403


@pytest.mark.django_db(transaction=True)  # allauth notes a new factor at commit
def test_new_colleague_sees_nothing_before_a_second_factor(settings: Settings) -> None:
    invitation, browser = invited(), at_localhost()
    settings.DEMO = False
    browser.post(link(invitation), JOIN)
    assert browser.get("/staff/")["Location"] == "/account/2fa/"
    page = browser.get("/account/2fa/totp/activate/")
    secret = re.search(r"<code[^>]*>\s*([A-Z2-7 ]+?)\s*</code>", html(page))
    assert secret
    code = app_code(secret[1].replace(" ", ""))
    browser.post("/account/2fa/totp/activate/", {"code": code})
    codes = browser.get("/account/2fa/recovery-codes/")
    assert 'href="/staff/"' in html(codes).partition("<main")[2]
    assert browser.get("/staff/").status_code == 200


def test_member_gets_the_role_only_after_accepting_signed_in() -> None:
    member = make_membership().user
    link_there = link(invited(member.email))
    member.refresh_from_db()
    assert not member.is_staff
    stranger = visitor()
    assert "Sign in and join" in words(stranger.get(link_there))
    stranger.post(link_there, JOIN)
    member.refresh_from_db()
    assert (member.is_staff, member.check_password(PASSWORD)) == (False, True)
    somebody_else = visitor(make_user())
    assert "This link is for somebody else" in words(somebody_else.post(link_there))
    assert not User.objects.get(pk=member.pk).is_staff
    answer = visitor(member).post(link_there)
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    member.refresh_from_db()
    assert member.is_staff
    assert member.memberships.count() == 1


def test_invitation_that_waits_for_somebody_with_an_order_gives_no_membership() -> None:
    order = make_packed_order(user_email=EMAIL)
    visitor().post(link(invited()), JOIN)
    assert order.member
    order.member.refresh_from_db()
    assert order.member.is_staff
    assert order.member.memberships.get().joined_at is None


def test_link_of_a_used_invitation_lets_nobody_in_again() -> None:
    path = link(invited())
    visitor().post(path, JOIN)
    person = User.objects.get(email=EMAIL)
    again = visitor().post(path, {**JOIN, "user_first_name": "Eve"})
    assert (again.status_code, "This link was used already." in words(again)) == (410, True)
    person.refresh_from_db()
    assert person.first_name == "Carla"
    assert visitor(person).get(path)["Location"] == "/staff/"


def test_link_expires(settings: Settings) -> None:
    path = link(invited())
    settings.INVITATION_DAYS = 0
    page = visitor().get(path)
    assert (page.status_code, "This link has expired." in words(page)) == (410, True)


@pytest.mark.parametrize("token", ["x", "1-1~x~y"])
def test_link_that_is_damaged_says_so(token: str) -> None:
    page = visitor().get(f"/account/back-office/{token}/")
    assert (page.status_code, "This link is not complete." in words(page)) == (404, True)


def test_invitation_sent_again_ends_the_older_link() -> None:
    invitation, chief = invited(), visitor(make_staff())
    old = link(invitation)
    chief.post(f"{LIST}{invitation.user.pk}/send-again/")
    page = visitor().post(old, JOIN)
    assert (page.status_code, "There is a newer link." in words(page)) == (410, True)
    assert visitor().get(link(invitation)).status_code == 200
    send_due(lambda: None)
    mails = Message.objects.filter(kind="colleague").order_by("pk")
    assert [mail.state for mail in mails] == ["obsolete", "sent"]


def test_withdrawn_invitation_ends_its_link_and_leaves_no_trace_of_the_address() -> None:
    invitation, chief = invited(), visitor(make_staff())
    path, page = link(invitation), f"{LIST}{invitation.user.pk}/withdraw/"
    assert "The mailed link lets nobody in any more." in words(chief.get(page))
    assert StaffInvitation.objects.exists()
    chief.post(page)
    assert visitor().get(path).status_code == 410
    assert not User.objects.filter(email=EMAIL).exists()
    assert not Message.objects.filter(recipient=EMAIL).exists()


def test_withdrawn_invitation_of_a_member_leaves_the_member() -> None:
    member = make_membership().user
    invitation = invited(member.email)
    visitor(make_staff()).post(f"{LIST}{member.pk}/withdraw/")
    assert not StaffInvitation.objects.filter(pk=invitation.pk).exists()
    assert member.memberships.count() == 1


def test_colleague_is_not_invited_twice() -> None:
    colleague = make_staff("agent")
    page = visitor(make_staff()).post(NEW, form(colleague.email.upper()))
    assert page.status_code == 422
    assert error_beside(page, "email") == "This person is a colleague already."
    assert not StaffInvitation.objects.exists()


def test_somebody_whom_the_admin_made_staff_and_who_never_joined_can_be_invited() -> None:
    User.objects.create_user(EMAIL, is_staff=True)
    chief = visitor(make_staff())
    assert "cannot sign in: invite them" in words(chief.get(LIST))
    visitor().post(link(invited()), JOIN)
    assert User.objects.get(email=EMAIL).may_sign_in


def manager(*groups: str) -> User:
    """A colleague who may manage staff, and is no superuser."""
    person = make_staff(*groups)
    person.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    return person


def test_manager_grants_no_more_than_they_have() -> None:
    browser = visitor(manager("agent"))
    page = html(browser.get(NEW))
    assert "agent: acts on orders" in page
    assert "export: exports orders" not in page
    refused = browser.post(NEW, form(EMAIL, "admin"))
    assert refused.status_code == 422
    assert not User.objects.filter(email=EMAIL).exists()


def test_nobody_changes_their_own_roles_or_those_of_a_superuser() -> None:
    boss, chief = manager("agent"), make_staff()
    for person in (boss, chief):
        for path in ("roles/", "end/"):
            answer = visitor(boss).post(f"{LIST}{person.pk}/{path}", {"roles": [group("viewer")]})
            assert answer.status_code == 403
        person.refresh_from_db()
        assert person.is_staff
    assert visitor(chief).post(f"{LIST}{chief.pk}/end/").status_code == 403


def test_roles_are_changed_and_the_change_is_in_the_history() -> None:
    colleague, bystander = make_staff("agent"), make_staff("agent")
    chief = make_staff()
    path = f"{LIST}{colleague.pk}/"
    visitor(chief).post(f"{path}roles/", {"roles": [group("viewer"), group("export")]})
    assert sorted(each.name for each in colleague.groups.all()) == ["export", "viewer"]
    assert [each.name for each in bystander.groups.all()] == ["agent"]
    history = words(visitor(chief).get(path)).partition("History")[2]
    assert f"roles changed export, viewer by {chief.email}" in history


def test_list_tells_roles_joining_and_factor() -> None:
    make_staff("agent", email="agent@example.com")
    invited()
    page = words(visitor(make_staff()).get(LIST))
    today = timezone.now().date().isoformat()
    assert f"agent@example.com Mia Muster agent {today} never no" in page
    assert f"{EMAIL} agent invited on {today} never no" in page


def test_end_of_access_takes_powers_sessions_tokens_and_orders() -> None:
    colleague, chief, other = make_staff("agent"), make_staff(), make_staff("agent")
    order, others = make_order(), make_order()
    Order.objects.filter(pk=order.pk).update(taken_by=colleague)
    Order.objects.filter(pk=others.pk).update(taken_by=other)
    make_token(colleague)
    kept = make_token(other)
    browser = Client()
    assert by_password(browser, colleague)["Location"]
    assert browser.get("/staff/").status_code == 200
    path = f"{LIST}{colleague.pk}/end/"
    question = words(visitor(chief).get(path))
    assert "1 order is assigned to them: nobody will see to it." in question
    assert User.objects.get(pk=colleague.pk).is_staff
    assert visitor(chief).post(path).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.is_staff, colleague.groups.count()) == (False, 0)
    assert browser.get("/staff/")["Location"].startswith(LOGIN)
    assert not UserSession.objects.filter(user=colleague).exists()
    assert [token.user for token in Token.objects.all()] == [other]
    assert kept
    order.refresh_from_db()
    others.refresh_from_db()
    assert (order.taken_by, others.taken_by) == (None, other)
    last = order.events.last()
    assert last
    assert (last.kind, last.actor) == ("handed_back", chief)


def test_assign_offers_only_colleagues_who_can_sign_in() -> None:
    order, able = make_order(), make_staff("agent")
    gone = make_staff("agent", joined_at=None)
    locked = make_staff("agent", is_active=False)
    data = {"action": "assign", "order": order.pk, "confirmed": "1", "fits": "1"}
    page = html(visitor(make_staff()).post("/staff/bulk/new/", data))
    assert able.email in page
    assert gone.email not in page
    assert locked.email not in page


def test_orders_are_not_assigned_to_somebody_whose_access_has_ended() -> None:
    order, leaver, chief = make_order(), make_staff("agent"), make_staff()
    job = begin(BulkJob.Action.ASSIGN, Order.objects.all(), chief, assignee=leaver)
    User.objects.filter(pk=leaver.pk).update(is_staff=False)
    run_bulk_jobs(lambda: None)
    order.refresh_from_db()
    assert (order.taken_by, job.items.get().outcome) == (None, "left")


def test_admin_adds_no_user() -> None:
    chief = visitor(make_staff())
    assert chief.get("/staff/catalogue/tenancy/user/").status_code == 200
    assert chief.get("/staff/catalogue/tenancy/user/add/").status_code == 403


def test_invitation_made_long_ago_can_be_sent_again() -> None:
    invitation = invited()
    StaffInvitation.objects.update(sent_at=timezone.now() - timedelta(days=60))
    visitor(make_staff()).post(f"{LIST}{invitation.user.pk}/send-again/")
    invitation.refresh_from_db()
    assert timezone.now() - invitation.sent_at < timedelta(minutes=1)
    assert visitor().get(link(invitation)).status_code == 200
