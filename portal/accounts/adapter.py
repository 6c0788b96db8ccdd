"""What this portal wants otherwise than allauth."""

import secrets
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client as OAuthClient
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.backends import is_of_another_profile
from shop.access.tokens import READ, WRITE


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """There is no public sign-up: members come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mail to people who have joined, to nobody else."""
        user = context.get("user")
        if user is not None and (not user.is_known or is_of_another_profile(user)):
            return
        super().send_mail(template_prefix, email, context)


class OAuthAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth is not typed
    """What applications may be allowed, and in whose name."""

    scope_display: ClassVar = {
        READ: _("See the orders that it has placed"),
        WRITE: _("Place orders in your name, also for the clients you administer"),
    }

    def generate_client_secret(self) -> str:
        """256 random bits in characters that HTTP Basic leaves alone."""
        return secrets.token_urlsafe(32)

    def get_user_by_sub(self, client: OAuthClient, sub: str) -> AbstractBaseUser | None:
        """Whose consent a code stands for, if they may still act here."""
        user: AbstractBaseUser | None = super().get_user_by_sub(client, sub)
        return None if is_of_another_profile(user) else user
