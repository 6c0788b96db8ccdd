"""Adapters of allauth: accounts without sign-up, and the OAuth provider."""

import secrets
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.backends import is_of_another_profile, may_sign_in
from portal.accounts.member_access import ask_for_code
from portal.accounts.mfa_adapter import signed_in_recently
from shop.access.client_address import client_ip
from shop.access.tokens import BILLING, READ, WEBHOOKS, WRITE
from shop.email_spellings import canonical_email, stored_email, wire_email
from shop.languages import page_language
from shop.notifications.emails.codes import code_of, new_seed
from shop.notifications.emails.queue import queue_code, queue_security_notice
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.mfa import APP, has_second_factor
from shop.tenancy.models import User
from shop.tenancy.passwords import normal_password


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts without public sign-up: members come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's IP address, which allauth's rate limits count.

        Raises UnknownClientAddressError.
        """
        return str(client_ip(request))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return what failed sign-ins are counted by: the mailbox, however it is spelled.

        allauth's key holds the Host header as well, whose port anybody can choose.
        """
        return canonical_email(credentials.get("email", ""))

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Return a new password as it was typed. It is checked in the form that is hashed."""
        super().clean_password(normal_password(password), user)
        return password

    def get_login_stages(self) -> list[str]:
        """Return allauth's stages, with our own for the second factor."""
        theirs = "allauth.mfa.stages.AuthenticateStage"
        ours = "portal.accounts.mfa_adapter.SecondFactorStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the URL after signing in: for staff who are in no project, the back office."""
        user = request.user
        if isinstance(user, User) and user.is_staff and user.has_perm("orders.view_order"):
            joined = user.memberships.filter(joined_at__isnull=False)
            if not (joined.exists() or user.administered_clients.exists()):
                return reverse("staff")
        return str(super().get_login_redirect_url(request))

    def is_safe_url(self, url: str | None) -> bool:
        """Return whether `?next=` may lead to `url`: within the shop, and not away from https."""
        is_ours = bool(super().is_safe_url(url))
        return is_ours and not (settings.SECURE and urlsplit(url or "").scheme == "http")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the user of these credentials; failed attempts count by mailbox.

        The sign-in page, HTTP Basic and the question for the password again end here.
        """
        if email := credentials.get("email"):
            credentials["email"] = stored_email(email)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """Refuse users who may not sign in, and codes for an address that is no longer theirs."""
        email = kwargs.get("email")
        is_theirs = not email or user_by_email(email) == user
        return None if is_theirs and may_sign_in(user) else self._refuse(request)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in; every method (password, code or passkey) ends here."""
        if not may_sign_in(user):
            raise ImmediateHttpResponse(self._refuse(request))
        request.session.set_expiry(None)  # that of a challenge ends soon
        super().login(request, user)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        clear_login(request)
        messages.error(request, _("We could not sign you in."))
        return redirect("account_login")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Make the address the member's; return False if it is somebody else's.

        It may belong to a user whom an order created and who has not joined yet.
        """
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            text = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, text)
            return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return False for members who have joined or signed in a moment ago: they just showed it.

        A moment is ACCOUNT_REAUTHENTICATION_TIMEOUT; staff are asked all the same. Those who sign in
        by e-mailed codes alone are sent to do so again, if that was a while ago: allauth would let
        them, or whoever sits at their open browser, set up any way to sign in.
        """
        user = self.request.user
        is_recent = signed_in_recently(self.request, user)
        if is_recent and not user.is_staff:
            return False
        if not (is_recent or get_reauthentication_flows(user)):
            raise ImmediateHttpResponse(ask_for_code(self.request))
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """Return allauth's methods with our descriptions; the first is offered first.

        Staff who have a factor show it: by their password alone somebody at their open browser could
        read the recovery codes, or set up a factor of their own.
        """
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if isinstance(user, User) and user.is_staff and has_second_factor(user):
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        for method in methods:
            method["description"] = METHODS[method["id"]]
        if not is_mfa_enabled(user, [APP]):
            # Offer recovery codes last.
            methods.sort(key=lambda method: method["id"] == "mfa_reauthenticate")
        return methods

    def generate_login_code(self) -> str:
        """Return the code of the mail that the form has queued."""
        return code_of(self.request.seed_of_code)

    def generate_email_verification_code(self) -> str:
        """Return a code that verifies an address; `send_confirmation_mail` sends it."""
        self.request.seed_of_code = new_seed()
        return code_of(self.request.seed_of_code)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Queue the code for the worker, so that the page does not depend on the mail server."""
        address = emailconfirmation.email_address
        queue_code(address.user, address.email, page_language(), seed=self.request.seed_of_code)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mails, except the sign-in code, which its form has queued."""
        if template_prefix != "account/email/login_code":
            super().send_mail(template_prefix, wire_email(email), context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Queue a security notice in the member's language."""
        kind, ip = template_prefix.rpartition("/")[2], self.get_client_ip(self.request)
        queue_security_notice(user, kind, email or user.email, ip=ip)


METHODS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use an app code or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class OAuthAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth is not typed
    """OAuth provider: scopes, client secrets, users."""

    scope_display: ClassVar = {
        READ: _("See the orders that it has placed"),
        WRITE: _("Place orders in your name, also for the companies you administer"),
        BILLING: _("See the invoices of the companies you administer"),
        WEBHOOKS: _("Have its own addresses told of what becomes of its orders"),
    }

    def generate_client_secret(self) -> str:
        """Return 256 random bits in characters that HTTP Basic does not escape."""
        return secrets.token_urlsafe(32)

    def get_user_by_sub(self, client: OAuthClient, sub: str) -> AbstractBaseUser | None:
        """Return the user who gave their consent, if they may still act here."""
        user: AbstractBaseUser | None = super().get_user_by_sub(client, sub)
        return None if is_of_another_profile(user) else user
