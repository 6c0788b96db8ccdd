"""Passkeys and second factors: what this portal wants otherwise than allauth."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from portal.accounts.user_agents import browser_name
from shop.tenancy.mfa import may_recover_by_mail
from shop.tenancy.models import User

NAME = "Slate"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Names that people recognise."""

    def get_totp_issuer(self) -> str:
        """Who an authenticator app says the codes are for."""
        return NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Who a passkey is for. It works at this host name alone."""
        return {**super().get_public_key_credential_rp_entity(), "name": NAME}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 -- allauth's name
        """The name a new passkey begins with: where it was made."""
        return browser_name(context.request.headers.get("User-Agent", ""))

    def build_totp_svg(self, url: str) -> str:
        """The QR code, to stand in a page: without the declaration of a file."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]


def came_by_code(request: HttpRequest, user: User) -> bool:
    """Whether a mailed code is what `user` has shown last in this session."""
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    return bool(records) and records[-1]["method"] == "code"


def recovered_by_mail(request: HttpRequest) -> bool:
    """Whether somebody with a lost passkey, and no password, signed in by mail a moment ago."""
    user = request.user
    if not (isinstance(user, User) and came_by_code(request, user) and may_recover_by_mail(user)):
        return False
    return signed_in_recently(request, user)


def signed_in_recently(request: HttpRequest, user: User) -> bool:
    """Whether `user` has shown a moment ago who they are, in this session."""
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    late = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return bool(records) and records[-1]["at"] > late
