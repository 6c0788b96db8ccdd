"""An owner makes and ends the credentials of their application; staff see it in its history."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone

from shop.access.applications import create_application, knows_secret
from shop.access.models import Application
from shop.access.signing_secrets import rotate, signing_secrets
from shop.access.tokens import check_bearer, issue
from shop.notifications.emails.models import Message
from shop.tenancy.models import User
from tests.accounts.own_programs import lately, long_ago, owned, page_of, shown_secret
from tests.factories import make_staff, make_token, make_user
from tests.pages import error_beside, html, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

ALL = "credentials/"
NEW = "credentials/tokens/new/"
CLIENT_SECRET = "credentials/client-secret/"
SIGNING_SECRET = "credentials/signing-secret/"
FORM = {"name": "Server", "scopes": ["orders:read"], "days": "30"}


def noticed(user: User) -> list[str]:
    mails = Message.objects.filter(kind=Message.Kind.CHANGE, user=user).order_by("pk")
    return [mail.details["what"] for mail in mails]


def history(application: Application) -> str:
    return words(visitor(make_staff("admin")).get(f"/staff/applications/{application.pk}/"))


def test_token_is_issued_shown_once_mailed_and_told_to_staff() -> None:
    application, owner = owned()
    browser = lately(owner)
    page = browser.post(page_of(application, NEW), FORM)
    value = shown_secret(page)
    assert "no-store" in page.headers["Cache-Control"]
    bearer = check_bearer(value)
    assert bearer
    assert (bearer.application, bearer.token.user) == (application, None)
    assert bearer.scopes == {"orders:read"}
    left = bearer.token.expires_at - timezone.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
    listed = browser.get(page_of(application, ALL))
    assert "Server orders:read" in words(listed)
    assert value not in html(listed)
    assert noticed(owner) == ["application_token_made"]
    assert "token issued Server by Mia Muster" in history(application)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["orders:write"]}, "scopes")],
)
def test_token_with_a_fault_is_not_issued(changes: dict[str, object], field: str) -> None:
    owner = make_user()
    application, _secret = create_application("Leser", owner=owner, scopes=["orders:read"])
    page = lately(owner).post(page_of(application, NEW), {**FORM, **changes})
    assert page.status_code == 422
    assert error_beside(page, field)
    assert not Token.objects.exists()
    assert noticed(owner) == []


def test_token_is_revoked_after_a_question_and_twice_is_no_error() -> None:
    application, owner = owned()
    issue("Server", holder=application)
    kept = make_token(other := owned("Other")[0])
    token = Token.objects.get(client=application.oauth_client)
    browser = lately(owner)
    path = page_of(application, f"credentials/tokens/{token.pk}/revoke/")
    assert "The token “Server” will no longer be accepted." in words(browser.get(path))
    assert [browser.post(path).status_code for _ in range(2)] == [302, 302]
    assert list(Token.objects.values_list("client", flat=True)) == [other.oauth_client_id]
    assert check_bearer(kept)
    assert "token revoked Server by Mia Muster" in history(application)


def test_tokens_of_customers_who_consented_are_neither_listed_nor_revoked() -> None:
    application, owner = owned()
    issue("Server", holder=application)
    customer = Token.objects.create(
        type="at",
        user=make_user(),
        client=application.oauth_client,
        hash="x",
        data={"name": "Hers"},
    )
    browser = lately(owner)
    page = words(browser.get(page_of(application, ALL)))
    assert "Server" in page
    assert "Hers" not in page
    path = page_of(application, f"credentials/tokens/{customer.pk}/revoke/")
    assert browser.get(path).status_code == 404
    browser.post(path)
    assert Token.objects.filter(pk=customer.pk).exists()


def test_new_client_secret_ends_the_old_one_at_once() -> None:
    owner = make_user()
    application, old = create_application("Crew Planner", owner=owner)
    browser = lately(owner)
    assert "The old one is refused at once" in words(
        browser.get(page_of(application, CLIENT_SECRET))
    )
    new = shown_secret(browser.post(page_of(application, CLIENT_SECRET)))
    application.oauth_client.refresh_from_db()
    assert [knows_secret(application, each) for each in (old, new)] == [False, True]
    assert noticed(owner) == ["client_secret_renewed"]
    assert "client secret renewed by Mia Muster" in history(application)


def test_new_signing_secret_leaves_the_old_one_valid_for_a_day() -> None:
    application, owner = owned()
    old = rotate(application)
    browser = lately(owner)
    page = browser.get(page_of(application, SIGNING_SECRET))
    assert "For 24 hours we sign with both" in words(page)
    new = shown_secret(browser.post(page_of(application, SIGNING_SECRET)))
    assert signing_secrets(application) == [new, old]
    assert noticed(owner) == ["signing_secret_renewed"]
    assert "signing secret renewed by Mia Muster" in history(application)


@pytest.mark.parametrize("path", [NEW, CLIENT_SECRET, SIGNING_SECRET])
def test_credentials_need_a_recent_sign_in(path: str) -> None:
    application, owner = owned()
    before = application.oauth_client.secret
    answer = long_ago(owner).post(page_of(application, path), FORM)
    assert answer.headers["Location"].startswith("/account/reauthenticate/")
    application.oauth_client.refresh_from_db()
    assert application.oauth_client.secret == before
    assert not Token.objects.exists()
    assert not application.signing_secrets.exists()
    assert lately(owner).post(page_of(application, path), FORM).status_code == 200


@pytest.mark.parametrize("path", [NEW, CLIENT_SECRET, SIGNING_SECRET])
def test_nobody_else_makes_credentials(path: str) -> None:
    application, _owner = owned()
    stranger = make_user()
    before = application.oauth_client.secret
    assert lately(stranger).post(page_of(application, path), FORM).status_code == 404
    application.oauth_client.refresh_from_db()
    assert application.oauth_client.secret == before
    assert not Token.objects.exists()
    assert not application.signing_secrets.exists()
