"""The form in which whoever was invited says who they are, and how they will sign in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shop.form_texts import form_text, member_field
from shop.orders.document import name_problem
from shop.password_field import new_password_field
from shop.tenancy.joining import NewMember
from shop.tenancy.models import User
from shop.tenancy.passwords import normal_password


class NewMemberForm(forms.Form):
    """Ask a new member or colleague for names, language and a password."""

    user_first_name = member_field("user_first_name", required=False)
    user_last_name = member_field("user_last_name", required=False)
    password = new_password_field()
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of our e-mails to you."), choices=settings.LANGUAGES
    )

    def __init__(
        self, user: User, posted: QueryDict | None, initial: Mapping[str, Any] | None = None
    ) -> None:
        self.user = user
        known = {
            "user_first_name": user.first_name,
            "user_last_name": user.last_name,
            "language": user.language,
        }
        super().__init__(posted, initial={**known, **(initial or {})})
        self.by_passkey = "by_passkey" in self.data
        # The passkey is created after joining instead.
        self.fields["password"].required = not self.by_passkey

    def clean_user_first_name(self) -> str:
        """Return the first name if an order could hold it."""
        return checked_name(self.cleaned_data["user_first_name"])

    def clean_user_last_name(self) -> str:
        """Return the last name if an order could hold it."""
        return checked_name(self.cleaned_data["user_last_name"])

    def clean(self) -> dict[str, Any]:
        """Check the password in the form that is hashed, also against names and login."""
        cleaned = super().clean() or {}
        # The validators compare the password with these attributes.
        self.user.first_name = cleaned.get("user_first_name", "")
        self.user.last_name = cleaned.get("user_last_name", "")
        self.user.login = cleaned.get("user_login") or None
        if (password := cleaned.get("password")) and not self.by_passkey:
            try:
                validate_password(normal_password(password), self.user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def new_member(self) -> NewMember:
        """Return what was typed, for `shop.tenancy`."""
        given = self.cleaned_data
        return NewMember(
            password=None if self.by_passkey else given["password"],
            first_name=given["user_first_name"],
            last_name=given["user_last_name"],
            login=given.get("user_login", ""),
            language=given["language"],
        )


def checked_name(name: str) -> str:
    """Return `name` if an order could hold it. Raises ValidationError."""
    if name and (problem := name_problem(name)):
        raise ValidationError(form_text(problem))
    return name
