"""What this portal wants otherwise than allauth."""

import secrets
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from portal.accounts.backends import is_of_another_profile, may_sign_in
from portal.accounts.mfa_adapter import recovered_by_mail
from shop.access.tokens import READ, WRITE
from shop.languages import page_language
from shop.notifications.emails.codes import code_of, new_seed
from shop.notifications.emails.queue import queue_code, queue_security_notice
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.mfa import APP
from shop.tenancy.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """There is no public sign-up: members come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_login_stages(self) -> list[str]:
        """allauth's, with a second factor that knows of lost passkeys."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "portal.accounts.stages.SecondFactorStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """Turn away who may not sign in before they are asked for anything more.

        So is who has shown an address that was given up since: a code of it may be under way.
        """
        email = kwargs.get("email")
        is_theirs = not email or user_by_email(email) == user
        return None if is_theirs and may_sign_in(user) else self._turned_away(request)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """The one door that all ways in lead to, be it by password, code or passkey."""
        if not may_sign_in(user):
            raise ImmediateHttpResponse(self._turned_away(request))
        super().login(request, user)

    def _turned_away(self, request: HttpRequest) -> HttpResponse:
        clear_login(request)
        messages.error(request, _("This sign-in did not work."))
        return redirect("account_login")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whether the address is the member's now.

        It may be that of a user whom an order made and who has not joined yet.
        """
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            text = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, text)
            return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has lost their passkey has just shown who they are, by a mailed code."""
        if recovered_by_mail(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """allauth's, in our words; the first is what is offered first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        for method in methods:
            method["description"] = WAYS[method["id"]]
        if any(method["id"] == "mfa_reauthenticate" for method in methods):
            has_app = Authenticator.objects.filter(user=user, type=APP).exists()
            if not has_app:
                # Recovery codes are for when nothing else works.
                methods.sort(key=lambda method: method["id"] == "mfa_reauthenticate")
        return methods

    def generate_login_code(self) -> str:
        """The code of the mail that the form has asked for."""
        return code_of(self.request.seed_of_code)

    def generate_email_verification_code(self) -> str:
        """A code that proves an address; `send_confirmation_mail` sends it."""
        self.request.seed_of_code = new_seed()
        return code_of(self.request.seed_of_code)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Have the worker send the code: a mail server that is away must not stop the page."""
        address = emailconfirmation.email_address
        queue_code(address.user, address.email, page_language(), seed=self.request.seed_of_code)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mails, but for the code to sign in by: its form has seen to that."""
        if template_prefix != "account/email/login_code":
            super().send_mail(template_prefix, email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Have the worker tell of a change, in the member's own language."""
        what = template_prefix.rpartition("/")[2]
        ip = self.get_client_ip(self.request)
        queue_security_notice(user, what, email or user.email, ip=ip)


WAYS = {
    "reauthenticate": _("By password"),
    "mfa_reauthenticate": _("By a code of the app, or a recovery code"),
    "mfa_reauthenticate:webauthn": _("By passkey"),
}


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
