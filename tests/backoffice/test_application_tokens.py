"""Tokens of partners' applications in the back office."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone

from shop.access.applications import create_application
from shop.access.tokens import check_bearer, issue
from tests.backoffice.test_applications import FORM, ONE, secret, staff
from tests.factories import make_application, make_token
from tests.pages import error_beside, html, part, shown, words

pytestmark = pytest.mark.django_db


def test_token_is_issued_and_shown_once() -> None:
    application, browser = make_application(), staff()
    path = ONE.format(pk=application.pk)
    answer = browser.post(
        f"{path}tokens/", {"name": "Server", "scopes": ["orders:read"], "days": "30"}
    )
    assert answer.status_code == 200
    value = secret(answer, "Token")
    bearer = check_bearer(value)
    assert bearer
    assert bearer.application == application
    assert bearer.scopes == {"orders:read"}
    left = bearer.token.expires_at - timezone.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
    assert value not in html(browser.get(path))
    assert value not in str(Token.objects.values().get())


def test_token_without_days_does_not_expire() -> None:
    application = make_application()
    staff().post(f"{ONE.format(pk=application.pk)}tokens/", {**FORM, "days": ""})
    assert Token.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["orders:write"]}, "scopes"),
        ({"days": "0"}, "days"),
        ({"days": "3651"}, "days"),
        ({"days": "many"}, "days"),
    ],
)
def test_token_with_a_fault_is_not_issued(changes: dict[str, Any], field: str) -> None:
    application, _secret = create_application("Leser", scopes=["orders:read"])
    page = staff().post(
        f"{ONE.format(pk=application.pk)}tokens/",
        {"name": "Server", "scopes": ["orders:read"], **changes},
    )
    assert page.status_code == 422
    assert error_beside(page, field)
    assert not Token.objects.exists()


@pytest.mark.usefixtures("stopped_clock")
def test_tokens_are_listed_with_scopes_expiry_and_last_use() -> None:
    application = make_application()
    path = ONE.format(pk=application.pk)
    value = issue("Server", holder=application, scopes=("orders:read",))
    issue("Old", holder=application, expires_at=timezone.now() - timedelta(days=1))
    browser = staff()
    tokens = part(browser.get(path), "<tbody", "</tbody>")
    assert "Server orders:read until revoked never" in tokens
    assert "expired never" in tokens.partition("Old")[2]
    assert check_bearer(value)
    used = shown(timezone.localdate(), "SHORT_DATE_FORMAT")
    assert f"Server orders:read until revoked {used}" in part(
        browser.get(path), "<tbody", "</tbody>"
    )


def test_token_is_revoked() -> None:
    application, browser = make_application(), staff()
    value, other = make_token(application), make_token(application)
    token = Token.objects.by_value(value).get()
    path = ONE.format(pk=application.pk)
    answer = browser.post(f"{path}tokens/{token.pk}/revoke/", follow=True)
    assert answer.redirect_chain == [(path, 302)]
    assert "The token is revoked." in words(answer)
    assert check_bearer(value) is None
    assert check_bearer(other)


def test_token_of_another_application_is_not_revoked_here() -> None:
    value = make_token(make_application("Another"))
    token, application = Token.objects.get(), make_application()
    staff().post(f"{ONE.format(pk=application.pk)}tokens/{token.pk}/revoke/")
    assert check_bearer(value)


def test_token_that_is_revoked_already_is_told() -> None:
    application = make_application()
    page = staff().post(f"{ONE.format(pk=application.pk)}tokens/4711/revoke/", follow=True)
    assert "This token has already been revoked." in words(page)
