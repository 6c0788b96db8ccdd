"""allauth's adapter for passkeys and second factors, and how a session was authenticated."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from portal.accounts import factor_encryption
from shop.browser_names import browser_name
from shop.tenancy.mfa import may_recover_by_mail
from shop.tenancy.models import User
from shop.theme import shop_name


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Names passkeys and apps so that people recognise them."""

    def get_totp_issuer(self) -> str:
        """Return the name that an authenticator app shows."""
        return shop_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the relying party of passkeys; they work for this host name only."""
        return {**super().get_public_key_credential_rp_entity(), "name": shop_name()}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 -- allauth's name
        """Return the initial name of a passkey: the browser that created it, and the day."""
        browser = browser_name(context.request.headers.get("User-Agent", ""))
        return f"{browser}, {date_format(timezone.localdate(), 'DATE_FORMAT')}"

    def encrypt(self, text: str) -> str:
        """Return a secret of an app, or the seed of recovery codes, as the database keeps it."""
        return factor_encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given. Raises UnknownKeyError."""
        return factor_encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code for use in HTML, without the XML declaration."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # allauth is not typed
    """allauth's stage; users with nothing but passkeys may skip it after an e-mailed code."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """Return the response, if any, and whether signing in continues."""
        user = self.login.user
        if user and came_by_code(self.request, user) and may_recover_by_mail(user):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


def came_by_code(request: HttpRequest, user: User) -> bool:
    """Return whether `user` last authenticated by an e-mailed code in this session."""
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    return bool(records) and records[-1]["method"] == "code"


def signed_in_recently(request: HttpRequest, user: User) -> bool:
    """Return whether `user` authenticated a moment ago in this session."""
    records: list[dict[str, Any]] = get_authentication_records(request, user)
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return bool(records) and records[-1]["at"] > since
