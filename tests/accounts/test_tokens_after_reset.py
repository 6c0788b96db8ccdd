"""Personal tokens are told by mail, and named and ended when the password is reset."""

import re
from io import StringIO

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.idp.oidc.models import Token
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from shop.access.tokens import issue
from shop.notifications.emails.kinds import email_for
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_security_notice
from shop.tenancy.models import User
from tests.accounts.oauth import Program, calls, consent, parameters
from tests.factories import PASSWORD, make_application, make_token, make_user
from tests.pages import html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

DONE = "/account/password/reset/key/done/"


def notices(user: User) -> list[tuple[str, str]]:
    mails = Message.objects.filter(kind="change").order_by("pk")
    return [(mail.recipient, mail.details["what"]) for mail in mails if mail.user == user]


def body_of(mail: Message) -> str:
    return " ".join(email_for(mail).content().intro)


def reset(user: User, browser: Client | None = None) -> Client:
    browser = browser or visitor()
    token = default_token_generator.make_token(user)
    path = f"/account/password/reset/key/{user_pk_to_url_str(user)}-{token}/"
    form = browser.get(path, follow=True)
    new = "another quiet phrase"
    outlives = Token.objects.filter(user=user).exists()
    answer = browser.post(form.request["PATH_INFO"], {"password1": new})
    assert answer["Location"] == (DONE if outlives else "/portal/")
    return browser


def test_new_token_is_told_by_mail() -> None:
    user, bystander = make_user(), make_user()
    browser = visitor(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert browser.post("/portal/tokens/new/", {"name": "", "days": "30"}).status_code == 422
    assert notices(user) == []
    assert browser.post("/portal/tokens/new/", {"name": "CI", "days": "30"}).status_code == 200
    assert notices(user) == [(user.email, "token_made")]
    assert notices(bystander) == []
    assert "An access token was created for your account." in body_of(Message.objects.get())


def test_token_from_the_command_line_is_told_by_mail() -> None:
    user = make_user()
    call_command("issue_token", "CI", application=make_application().name, stdout=StringIO())
    assert not Message.objects.exists()
    call_command("issue_token", "CI", user=user.email, stdout=StringIO())
    assert notices(user) == [(user.email, "token_made")]


def test_live_tokens_are_named_after_a_reset_and_ended_by_one_button() -> None:
    user, bystander = make_user(), make_user()
    value, theirs = issue("Build server", holder=user), make_token(bystander)
    issue("Long gone", holder=user, expires_at=timezone.now())
    program = make_application("Kranplaner")
    Token.objects.create(type="rt", user=user, client=program.oauth_client, hash="x")
    browser = reset(user)
    page = browser.get(DONE)
    assert "Access token “Build server” Kranplaner" in words(page)
    assert "Long gone" not in words(page)
    assert calls(value).status_code == 200
    assert "All of them are ended." in words(browser.post(DONE, follow=True))
    assert calls(value).status_code == 401
    assert not Token.objects.filter(user=user).exists()
    assert calls(theirs).status_code == 200


@pytest.mark.parametrize("is_the_same", [True, False])
def test_live_tokens_are_named_where_somebody_is_signed_in_already(is_the_same: bool) -> None:
    user = make_user()
    issue("Build server", holder=user)
    browser = reset(user, visitor(user if is_the_same else make_user()))
    assert "Access token “Build server”" in words(browser.get(DONE))


def test_mail_about_a_new_password_names_live_tokens() -> None:
    reset(make_user())
    assert "access tokens" not in body_of(Message.objects.get())
    user = make_user()
    issue("Build server", holder=user)
    reset(user)
    mail = Message.objects.order_by("-pk")[0]
    assert mail.details["what"] == "password_reset"
    assert "These access tokens still work: Build server." in body_of(mail)


def test_consent_to_a_program_is_told_by_mail() -> None:
    user, bystander = make_user(), make_user()
    program, browser = Program(), visitor(user)
    consent(browser, program.query(), action="deny")
    assert notices(user) == []
    assert "code" in parameters(consent(browser, program.query()))
    assert notices(user) == [(user.email, "program_allowed")]
    assert notices(bystander) == []
    assert "A program was allowed to act in your name" in body_of(Message.objects.get())


@pytest.mark.parametrize("what", ["password_reset", "factors_reset", "webauthn_added"])
def test_mail_about_getting_an_account_back_names_tokens_and_programs(what: str) -> None:
    user, bystander = make_user(), make_user()
    program, theirs = make_application("Kranplaner"), make_application("Schnittplan")
    issue("Build server", holder=user)
    issue("Their server", holder=bystander)
    Token.objects.create(type="rt", user=user, client=program.oauth_client, hash="x")
    Token.objects.create(type="rt", user=bystander, client=theirs.oauth_client, hash="y")
    queue_security_notice(user, what, user.email, ip="")
    queue_security_notice(user, "totp_activated", user.email, ip="")
    told, other = (body_of(mail) for mail in Message.objects.order_by("pk"))
    assert "These access tokens still work: Build server." in told
    assert "These programs can still act in your name: Kranplaner." in told
    assert "Build server" not in other


def test_page_names_nothing_without_a_reset_and_nothing_to_others() -> None:
    user = make_user()
    issue("Build server", holder=user)
    browser = reset(user)
    assert "Build server" in html(browser.get(DONE))
    for other in (visitor(), visitor(make_user()), visitor(user)):
        assert "Build server" not in html(other.get(DONE))
        other.post(DONE)
    session = browser.session
    session["password_reset"] = [user.pk, session["password_reset"][1] - 301]
    session.save()
    assert "Build server" not in html(browser.get(DONE))
    browser.post(DONE)
    assert re.search("Build server", str(Token.objects.get().data))
