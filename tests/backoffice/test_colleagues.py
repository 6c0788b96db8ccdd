"""Colleagues are invited to the back office by a mailed link."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.notifications.emails.send import send_due
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import staff_join_token
from tests.accounts.factors import app_code
from tests.accounts.passkey import at_localhost
from tests.backoffice.colleagues import EMAIL, LIST, NEW, form, invited
from tests.factories import (
    PASSWORD,
    make_membership,
    make_packed_order,
    make_staff,
    make_user,
)
from tests.notifications.mail_server import Replies, mail_server
from tests.pages import error_beside, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

JOIN = {"password": "another quiet paper", "user_first_name": "Carla", "language": "en"}


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
    assert (again.status_code, "This link has already been used." in words(again)) == (410, True)
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
    assert (page.status_code, "This link is incomplete." in words(page)) == (404, True)


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
    assert "The link in the e-mail stops working." in words(chief.get(page))
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


def test_invitation_that_could_not_be_delivered_says_so() -> None:
    person, other = invited().user, invited("other@example.com").user
    browser, lost = visitor(make_staff()), "The invitation could not be delivered to"
    assert lost not in words(browser.get(f"{LIST}{person.pk}/"))
    with mail_server(Replies(rcpt="550 5.1.1 User unknown", only_to=EMAIL)):
        send_due(lambda: None)
    page = words(browser.get(f"{LIST}{person.pk}/"))
    assert f"{lost} {EMAIL}. What the mail server said {EMAIL}: 550 5.1.1 User unknown" in page
    assert "Roles agent: acts on orders and declarations" in page
    assert lost not in words(browser.get(f"{LIST}{other.pk}/"))
    assert words(browser.get(LIST)).count("e-mail not delivered") == 1
    browser.post(f"{LIST}{person.pk}/send-again/")
    assert lost not in words(browser.get(f"{LIST}{person.pk}/"))
