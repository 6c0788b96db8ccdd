"""allauth's forms where we want something otherwise."""

import struct
from collections.abc import Callable
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
from shop.languages import page_language
from shop.notifications.emails.codes import new_seed
from shop.notifications.emails.queue import queue_code, queue_password_reset
from shop.tenancy.models import User

LONGEST_NAME = 60


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    """Leaves the mail to the worker: it takes time, and only a known address gets one."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Note the wish; the address it is for."""
        email: str = self.cleaned_data["email"]
        queue_password_reset(email, page_language())
        return email


class ResetLinkForm(account.UserTokenForm):  # type: ignore[misc]  # allauth is not typed
    """A link to a new password, for those who may sign in with it."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not may_sign_in(self.reset_user):
            raise ValidationError(_("The password reset token was invalid."))
        return cleaned


class RequestLoginCodeForm(account.RequestLoginCodeForm):  # type: ignore[misc]  # allauth is not typed
    """Asks for a code to sign in by, for those who may."""

    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        # allauth goes on with `_user`, or pretends to.
        if not may_sign_in(self._user):
            self._user = None
        context.request.seed_of_code = new_seed()
        # A row in any case: no answer and no timing tells whether an address is known.
        queue_code(self._user, email, page_language(), seed=context.request.seed_of_code)
        return email


def name_field(*, required: bool) -> forms.CharField:
    """How its owner calls a passkey."""
    return forms.CharField(
        label=_("Name of this passkey"),
        max_length=LONGEST_NAME,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """A key that knows its owner: one that can be signed in by, and nothing less."""

    name = name_field(required=False)  # the key is made already when this is read

    def clean_passwordless(self) -> bool:
        """Whatever the browser says."""
        return True

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except MALFORMED:
            raise ValidationError(FAILED) from None
        return cleaned


class RenamePasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Another name for a passkey."""

    name = name_field(required=True)


class SecondStepByPasskeyForm(webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Takes a passkey after a password."""

    def clean_credential(self) -> Authenticator:
        return _checked(super().clean_credential)


class ReauthenticateByPasskeyForm(webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Takes a passkey of whoever is signed in."""

    def clean_credential(self) -> Authenticator:
        return _checked(super().clean_credential)


class SignInByPasskeyForm(webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    """Tells nobody why a passkey does not let them in."""

    def clean_credential(self) -> Authenticator:
        try:
            authenticator = _checked(super().clean_credential)
        except ValidationError:
            raise ValidationError(NO_SIGN_IN) from None
        if not may_sign_in(authenticator.user):
            raise ValidationError(NO_SIGN_IN)
        return authenticator


def _checked(clean: Callable[[], Authenticator]) -> Authenticator:
    # allauth and its library let some of what cannot be read pass as a fault of ours.
    try:
        return clean()
    except MALFORMED:
        raise ValidationError(FAILED) from None
    except ValidationError as error:
        if error.code == "incorrect_code":  # no code was asked for
            raise ValidationError(FAILED) from None
        raise


MALFORMED = (AttributeError, LookupError, TypeError, ValueError, struct.error)
FAILED = _("That did not work, or it was cancelled. Please try again.")
NO_SIGN_IN = _("This passkey does not let anybody in here. Please sign in another way.")
