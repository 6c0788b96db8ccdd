"""The first superuser joins by a link, which an operator has mailed or reads on the terminal."""

import re

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.operations.setup.first_superuser import (
    Invited,
    invite_first_superuser,
    superusers,
)
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import renew
from tests.factories import make_staff, make_user
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
JOIN = {"password": "another quiet paper", "user_first_name": "Ada", "language": "en"}


def invite(*, by_mail: bool = True, again: bool = False) -> Invited:
    found = invite_first_superuser(ADA, language="en", by_mail=by_mail, again=again)
    assert found
    return found


def link_in(text: str) -> str:
    found = re.search(r"/account/back-office/\S+/", text)
    assert found
    return found[0]


def test_first_superuser_joins_by_the_mailed_link(mailoutbox: list[EmailMessage]) -> None:
    invite()
    (mail,) = mailoutbox
    assert "You have been given full access to the back office of Slate." in str(mail.body)
    browser, path = visitor(), link_in(str(mail.body))
    assert "You get full access, as a superuser." in words(browser.get(path))
    assert not User.objects.get(email=ADA).is_superuser
    assert superusers() == []
    assert browser.post(path, JOIN)["Location"] == "/staff/"
    ada = User.objects.get(email=ADA)
    assert (ada.is_superuser, ada.is_staff, ada.is_known) == (True, True, True)
    assert superusers() == [ADA]
    assert invite_first_superuser(ADA, language="en", by_mail=True, again=True) is None


def test_open_invitation_is_mailed_again_only_on_demand(mailoutbox: list[EmailMessage]) -> None:
    assert (invite().is_new, invite().is_new) == (True, False)
    assert len(mailoutbox) == 1
    assert invite(again=True).is_new
    old, new = (link_in(str(mail.body)) for mail in mailoutbox)
    assert "There is a newer link." in words(visitor().get(old))
    assert visitor().get(new).status_code == 200


def test_printed_link_ends_no_mailed_one(mailoutbox: list[EmailMessage]) -> None:
    invite()
    printed = link_in(invite(by_mail=False).link)
    assert visitor().get(printed).status_code == 200
    assert visitor().get(link_in(str(mailoutbox[0].body))).status_code == 200
    assert len(mailoutbox) == 1


def test_link_is_printed_where_no_mail_can_be_sent(mailoutbox: list[EmailMessage]) -> None:
    printed = link_in(invite(by_mail=False).link)
    assert not mailoutbox
    assert not Message.objects.exists()
    assert visitor().post(printed, JOIN)["Location"] == "/staff/"


def test_member_becomes_superuser_once_they_accept(mailoutbox: list[EmailMessage]) -> None:
    member = make_user(email=ADA)
    invite()
    path = link_in(str(mailoutbox[0].body))
    assert "Sign in and join" in words(visitor().get(path))
    member.refresh_from_db()
    assert not member.is_superuser
    assert visitor(member).post(path)["Location"] == "/staff/"
    member.refresh_from_db()
    assert (member.is_staff, member.is_superuser) == (True, True)


def test_colleague_who_is_no_superuser_cannot_back_the_invitation() -> None:
    invite(by_mail=False)
    invitation = StaffInvitation.objects.get()
    assert renew(invitation, make_staff("admin"))
    assert invitation.invited_by is None
    assert renew(invitation, chief := make_staff())
    assert invitation.invited_by == chief


def test_page_of_colleagues_says_who_invited() -> None:
    chief, invitation = make_staff(), invite(by_mail=False).invitation
    text = words(visitor(chief).get(f"/staff/colleagues/{invitation.user_id}/"))
    assert "on the server, with manage.py setup; has not joined yet." in text
    assert "Roles everything" in text


def test_address_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="nobody is no e-mail address"):
        invite_first_superuser("nobody", language="en", by_mail=True, again=False)


def test_superuser_of_createsuperuser_signs_in_without_a_code_by_mail(settings: Settings) -> None:
    settings.DEMO = False
    User.objects.create_superuser(ADA, JOIN["password"])
    browser = visitor()
    answer = browser.post("/account/login/", {"login": ADA, "password": JOIN["password"]})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    assert browser.get("/staff/")["Location"] == "/account/2fa/"
    assert not Message.objects.exists()
