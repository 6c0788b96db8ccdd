"""The form to join: a passkey or a password, and the terms where the member has not agreed yet."""

import struct
from typing import Any

from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shop.content.models import Version
from shop.content.terms_field import terms_field
from shop.form_texts import TermsForm
from shop.new_member_form import NewPasswordForm
from shop.orders.models import Order
from shop.tenancy.joining import NewMember, login_is_free
from shop.tenancy.models import User

# allauth and its library raise these for some malformed input.
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, struct.error)
FAILED = _("That did not work, or it was cancelled. Please try again.")


class JoinForm(NewPasswordForm, TermsForm):
    """Ask a new member for a passkey or a password. All else is in their profile, for later."""

    credential = forms.JSONField(required=False, widget=forms.HiddenInput)
    terms = terms_field(_("Please agree to the terms to join."))

    field_order = ("terms",)  # as on the page, so that the summary of errors names them in turn

    outdated_terms = _(
        "The terms have changed while you were looking. Nothing is lost. "
        "Please read them again and tick the box if you agree."
    )

    def __init__(
        self, user: User, order: Order, agreed: Version | None, posted: QueryDict | None
    ) -> None:
        """`agreed` are the terms that this very person has agreed to before."""
        self.user = user
        # Compared with the password, too. The user may be there already, invited by somebody else.
        user.first_name = order.user_first_name or user.first_name
        user.last_name = order.user_last_name or user.last_name
        wish = order.user_login or ""
        user.login = wish if wish and login_is_free(wish, user) else None
        user.language = order.language
        super().__init__(posted)
        if agreed == self.to_agree:
            del self.fields["terms"]
            self.is_outdated = False

    def clean_credential(self) -> dict[str, Any] | None:
        """Return what the device has made, once it is proven. Raises ValidationError."""
        credential: dict[str, Any] | None = self.cleaned_data["credential"]
        if not self.by_passkey or not credential:
            return None
        try:
            auth.parse_registration_response(credential)
            is_proven = auth.complete_registration(credential).is_user_verified()
        except (ValidationError, *MALFORMED):
            is_proven = False
        if not is_proven:
            raise ValidationError(FAILED)
        return credential

    def clean(self) -> dict[str, Any]:
        """Check the password; without one there is a passkey."""
        cleaned = super().clean() or {}
        self.check_password()
        if self.by_passkey and not (self.errors or cleaned.get("credential")):
            self.add_error(None, FAILED)
        return cleaned

    def new_member(self) -> NewMember:
        """Return the input of `join_as_new`."""
        return NewMember(
            password=None if self.by_passkey else self.cleaned_data["password"],
            first_name=self.user.first_name,
            last_name=self.user.last_name,
            login=self.user.login or "",
            language=self.user.language,
            terms=self.to_agree,
        )
