"""`manage.py issue_token`."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.tokens import PERSONAL_SCOPES, SCOPES, check_bearer
from tests.factories import make_application, make_user

pytestmark = pytest.mark.django_db


def issue_token(*arguments: str) -> str:
    """Return the output of the command."""
    output = StringIO()
    call_command("issue_token", *arguments, stdout=output)
    return output.getvalue()


def test_prints_the_value_and_nothing_else() -> None:
    application = make_application("Kranplaner")
    printed = issue_token("Server", "--application", "Kranplaner")
    value = printed.removesuffix("\n")
    bearer = check_bearer(value)
    assert bearer
    assert bearer.application == application
    assert bearer.scopes == {*SCOPES}
    row = Token.objects.get()
    assert (row.data["name"], row.expires_at) == ("Server", None)


def test_takes_the_client_id_too() -> None:
    application = make_application("Kranplaner")
    make_application("Kranplaner")
    bearer = check_bearer(
        issue_token("Server", "--application", application.oauth_client_id).strip()
    )
    assert bearer
    assert bearer.application == application


def test_issues_a_token_for_a_user() -> None:
    user = make_user(email="mia@example.com")
    bearer = check_bearer(issue_token("Laptop", "--user", "Mia@example.com").strip())
    assert bearer
    assert (bearer.application, bearer.user) == (None, user)
    assert bearer.scopes == {*PERSONAL_SCOPES}


def test_scopes_and_days_are_kept() -> None:
    make_application("Kranplaner")
    issue_token("Server", "--application", "Kranplaner", "--days", "30", "--scopes", "orders:read")
    row = Token.objects.get()
    assert row.get_scopes() == ["orders:read"]
    assert timedelta(0) <= timezone.now() + timedelta(days=30) - row.expires_at < timedelta(hours=1)


def test_scopes_are_what_the_application_is_allowed() -> None:
    create_application("Leser", scopes=["orders:read"])
    issue_token("Server", "--application", "Leser")
    assert Token.objects.get().get_scopes() == ["orders:read"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x"], "one of the arguments --application --user is required"),
        (["x", "--user", "mia@example.com", "--application", "Leser"], "not allowed with"),
        (["x", "--application", "Nobody"], "There is no application Nobody."),
        (["x", "--application", "Twice"], "Several applications are called Twice: give the client"),
        (["x", "--user", "nobody@example.com"], "There is no active user nobody@example.com."),
        (["x", "--user", "asleep@example.com"], "There is no active user asleep@example.com."),
        (["x", "--user", "invited@example.com"], "There is no active user invited@example.com."),
        (["x", "--application", "Ownerless"], "The owner of Ownerless is not active."),
        (["x", "--user", "mia@example.com", "--scopes", "all"], "invalid choice: 'all'"),
        (
            ["x", "--application", "Leser", "--scopes", "orders:write"],
            "This application may have no more than: orders:read.",
        ),
        (["x", "--user", "mia@example.com", "--days", "0"], "--days must be from 1 to 3650."),
        ([" ", "--user", "mia@example.com"], "The name must have 1 to 100 characters."),
        (["x" * 101, "--user", "mia@example.com"], "The name must have 1 to 100 characters."),
    ],
)
def test_says_in_a_sentence_why_not(arguments: list[str], sentence: str) -> None:
    make_user(email="mia@example.com")
    make_user(email="asleep@example.com", is_active=False)
    make_user(email="invited@example.com", joined_at=None)
    create_application("Leser", scopes=["orders:read"])
    create_application("Ownerless", owner=make_user(is_active=False))
    make_application("Twice")
    make_application("Twice")
    with pytest.raises(CommandError, match=re.escape(sentence)):
        issue_token(*arguments)
    assert not Token.objects.exists()


@pytest.mark.parametrize("holder", ["application", "user", "owner"])
def test_nothing_of_the_demo_gets_one_outside_it(holder: str, settings: Settings) -> None:
    user = make_user(email="mia@example.com", demo=True)
    application = make_application("Kranplaner")
    if holder == "application":
        Application.objects.update(demo=True)
    if holder == "owner":
        OAuthClient.objects.filter(pk=application.oauth_client_id).update(owner=user)
    arguments = ["--user", user.email] if holder == "user" else ["--application", "Kranplaner"]
    assert issue_token("x", *arguments)
    settings.DEMO = False
    with pytest.raises(CommandError, match=r"There is no|is not active"):
        issue_token("x", *arguments)
