"""allauth's forms with our changes."""

import struct
from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts.backends import may_sign_in
from shop.email_fields import EmailField, EmailInput, NewEmailField
from shop.languages import page_language
from shop.notifications.emails.codes import new_seed
from shop.notifications.emails.queue import queue_code, queue_password_reset
from shop.tenancy.models import User


class LoginForm(account.LoginForm):  # type: ignore[misc]  # allauth is not typed
    """Signs in by any spelling of the e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Browsers offer passkeys where they offer names.
        username = EmailInput({"autocomplete": "username webauthn"})
        self.fields["login"] = EmailField(label=_("E-mail"), widget=username)


class AddEmailForm(account.AddEmailForm):  # type: ignore[misc]  # allauth is not typed
    """Takes a new e-mail address, one that our mail server can deliver to."""

    email = NewEmailField(label=_("E-mail"))


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    """Queues the mail for the worker: sending it here would reveal whether the address is known."""

    email = EmailField(label=_("E-mail"))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Queue the mail and return the address."""
        email: str = self.cleaned_data["email"]
        queue_password_reset(email, page_language())
        return email


class ResetLinkForm(account.UserTokenForm):  # type: ignore[misc]  # allauth is not typed
    """A password reset link, valid only for users who may sign in."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not may_sign_in(self.reset_user):
            raise ValidationError(_("The password reset token was invalid."))
        return cleaned


class RequestLoginCodeForm(account.RequestLoginCodeForm):  # type: ignore[misc]  # allauth is not typed
    """Queues a sign-in code, for users who may sign in."""

    email = EmailField(label=_("E-mail"))
    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        # With None, allauth continues as if a code had been sent.
        if not may_sign_in(self._user):
            self._user = None
        context.request.seed_of_code = new_seed()
        # A row in any case: response and timing must not reveal whether the address is known.
        queue_code(self._user, email, page_language(), seed=context.request.seed_of_code)
        return email


def name_field(*, required: bool) -> forms.CharField:
    """Return the field for the name of a passkey, of at most 60 characters."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    label = _("Name of this passkey")
    return forms.CharField(label=label, max_length=60, required=required, widget=widget)


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Adds a passkey that can be used to sign in, not only as a second factor."""

    name = name_field(required=False)  # the browser has created the key already

    def clean_passwordless(self) -> bool:
        """Return True, whatever the browser sent."""
        return True

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED:
            raise ValidationError(FAILED) from None
        return cleaned


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Renames a passkey."""

    name = name_field(required=True)


class CredentialMixin:
    """Turns allauth's errors about a credential into a message that fits a passkey."""

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of the form it is mixed into
        except MALFORMED:
            raise ValidationError(FAILED) from None
        except ValidationError as error:
            if error.code == "incorrect_code":  # its text speaks of a code
                raise ValidationError(FAILED) from None
            raise


class SecondStepByPasskeyForm(CredentialMixin, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Accepts a passkey as a second factor."""


class ReauthenticateByPasskeyForm(CredentialMixin, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Accepts a passkey of the signed-in user."""


class SignInByPasskeyForm(CredentialMixin, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Signs in by passkey, with one error message for every reason."""

    def clean_credential(self) -> Authenticator:
        try:
            authenticator = super().clean_credential()
        except ValidationError:
            raise ValidationError(NO_SIGN_IN) from None
        if not may_sign_in(authenticator.user):
            raise ValidationError(NO_SIGN_IN)
        return authenticator


# allauth and its library raise these for some malformed input.
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, struct.error)
FAILED = _("That did not work, or it was cancelled. Please try again.")
NO_SIGN_IN = _("We don't recognise this passkey. Please sign in another way.")
