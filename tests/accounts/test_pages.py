"""Every page of allauth that can be reached has a template of ours, in both languages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from shop.tenancy.models import User
from tests.accounts.factors import add_app, by_password
from tests.accounts.passkey import Passkey, add, at_localhost
from tests.factories import PASSWORD, make_user
from tests.pages import html, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

OURS = Path(settings.BASE_DIR) / "templates"
# Led elsewhere by every visit, or answered by data alone.
NO_PAGES = {"mfa_list_webauthn", "mfa_login_webauthn"}


def visitor_of(user: User, language: str) -> Client:
    return at_localhost(language=language)


def member(user: User, language: str) -> Client:
    """Signed in, and the password typed a moment ago."""
    browser = at_localhost(user, language)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def member_with_all(user: User, language: str) -> Client:
    browser = member(user, language)
    add(browser, Passkey())
    add_app(user)
    return browser


def without_password(user: User, language: str) -> Client:
    user.set_unusable_password()
    user.save()
    return at_localhost(user, language)


def changing_address(user: User, language: str) -> Client:
    browser = member(user, language)
    browser.post(reverse("account_email"), {"action_add": "1", "email": "new@example.com"})
    return browser


def waiting_for_code(user: User, language: str) -> Client:
    browser = at_localhost(language=language)
    browser.post(reverse("account_request_login_code"), {"email": user.email})
    return browser


def at_second_step(user: User, language: str) -> Client:
    add_app(user)
    browser = at_localhost(language=language)
    by_password(browser, user)
    return browser


def with_link(user: User, language: str) -> Client:
    browser = at_localhost(language=language)
    key = default_token_generator.make_token(user)
    browser.get(reset_address(user, key))
    return browser


def reset_address(user: User, key: str) -> str:
    names = {"uidb36": user_pk_to_url_str(user), "key": key}
    return reverse("account_reset_password_from_key", kwargs=names)


PAGES: dict[str, Callable[[User, str], Client]] = {
    "account_login": visitor_of,
    "account_logout": member,
    "account_inactive": visitor_of,
    "account_reauthenticate": member,
    "account_email": member,
    "account_email_verification_sent": changing_address,
    "account_change_password": member,
    "account_set_password": without_password,
    "account_reset_password": visitor_of,
    "account_reset_password_done": visitor_of,
    "account_reset_password_from_key": with_link,
    "account_reset_password_from_key_done": visitor_of,
    "account_request_login_code": visitor_of,
    "account_confirm_login_code": waiting_for_code,
    "mfa_index": member_with_all,
    "mfa_authenticate": at_second_step,
    "mfa_reauthenticate": member_with_all,
    "mfa_activate_totp": member,
    "mfa_deactivate_totp": member_with_all,
    "mfa_view_recovery_codes": member_with_all,
    "mfa_generate_recovery_codes": member_with_all,
    "mfa_download_recovery_codes": member_with_all,
    "mfa_add_webauthn": member,
    "mfa_reauthenticate_webauthn": member_with_all,
    "mfa_edit_webauthn": member_with_all,
    "mfa_remove_webauthn": member_with_all,
    "usersessions_list": member,
}


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    """The names of all addresses of `patterns`."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif pattern.name:
            found.add(pattern.name)
    return found


def address_of(name: str, user: User) -> str:
    if name == "account_reset_password_from_key":
        return reset_address(user, default_token_generator.make_token(user))
    if name in {"mfa_edit_webauthn", "mfa_remove_webauthn"}:
        return reverse(name, args=[Authenticator.objects.get(type="webauthn").pk])
    return reverse(name)


def test_every_name_is_known_here() -> None:
    assert names(get_resolver("portal.accounts.urls").url_patterns) == set(PAGES) | NO_PAGES


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_ours(name: str, language: str) -> None:
    user = make_user()
    browser = PAGES[name](user, language)
    page = browser.get(address_of(name, user))
    assert page.status_code == 200
    assert isinstance(page, TemplateResponse)
    # Widgets are Django's own.
    drawn_by = {str(each.origin.name) for each in page.templates if each.origin}
    foreign = {path for path in drawn_by if "/allauth/" in path and not path.startswith(str(OURS))}
    assert foreign == set()
    if name == "mfa_download_recovery_codes":
        return
    source = html(page)
    assert f'<html lang="{language}">' in source
    assert source.count("<h1>") == 1
    assert 'name="robots" content="noindex"' in source
    assert "placeholder" not in source
    assert not re.search(r"<[^>]+\s(style|on\w+)\s*=", source)
    assert "signup" not in source
    outside = re.findall(r'(?:src|href|action)="(?:https?:)?//([^"/]+)', source)
    assert outside == []
    if language == "de":
        familiar = r"\b(du|dir|dich|dein\w*|Sign in|Back|passkeys? [a-z])\b"
        assert not re.search(familiar, words(page))


@pytest.mark.parametrize("name", ["account_change_password", "account_set_password"])
def test_rules_for_passwords_stand_beside_the_field(name: str) -> None:
    browser = PAGES[name](make_user(), "en")
    assert "At least 10 characters." in words(browser.get(reverse(name)))


def test_old_list_of_passkeys_leads_to_the_page_that_has_it() -> None:
    browser = member(make_user(), "en")
    assert browser.get("/account/2fa/webauthn/")["Location"] == "/account/2fa/"


def test_data_of_the_passkey_sign_in_are_for_scripts_alone() -> None:
    assert at_localhost().get("/account/2fa/webauthn/login/")["Location"] == "/account/login/"
