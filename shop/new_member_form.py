"""The forms in which people who were invited say how they will sign in, and colleagues their name."""

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


class NewPasswordForm(forms.Form):
    """Ask whoever joins for a password, unless they join with a passkey."""

    user: User
    password = new_password_field()

    def __init__(self, posted: QueryDict | None, **options: Any) -> None:
        super().__init__(posted, **options)
        self.by_passkey = "by_passkey" in self.data
        self.fields["password"].required = not self.by_passkey

    def check_password(self) -> None:
        """Check the password in the form that is hashed, also against the names of `user`."""
        if (password := self.cleaned_data.get("password")) and not self.by_passkey:
            try:
                validate_password(normal_password(password), self.user)
            except ValidationError as error:
                self.add_error("password", error)


class NewMemberForm(NewPasswordForm):
    """Ask a new colleague for names, language and a password."""

    user_first_name = member_field("user_first_name", required=False)
    user_last_name = member_field("user_last_name", required=False)
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of our e-mails to you."), choices=settings.LANGUAGES
    )

    field_order = ("user_first_name", "user_last_name", "password", "language")

    def __init__(self, user: User, posted: QueryDict | None) -> None:
        self.user = user
        known = {
            "user_first_name": user.first_name,
            "user_last_name": user.last_name,
            "language": user.language,
        }
        super().__init__(posted, initial=known)

    def clean_user_first_name(self) -> str:
        """Return the first name if an order could hold it."""
        return checked_name(self.cleaned_data["user_first_name"])

    def clean_user_last_name(self) -> str:
        """Return the last name if an order could hold it."""
        return checked_name(self.cleaned_data["user_last_name"])

    def clean(self) -> dict[str, Any]:
        """Check the password, also against the names that were typed."""
        cleaned = super().clean() or {}
        # The validators compare the password with these attributes.
        self.user.first_name = cleaned.get("user_first_name", "")
        self.user.last_name = cleaned.get("user_last_name", "")
        self.check_password()
        return cleaned

    def new_member(self) -> NewMember:
        """Return what was typed, for `shop.tenancy`."""
        given = self.cleaned_data
        return NewMember(
            password=None if self.by_passkey else given["password"],
            first_name=given["user_first_name"],
            last_name=given["user_last_name"],
            login="",
            language=given["language"],
        )


def checked_name(name: str) -> str:
    """Return `name` if an order could hold it. Raises ValidationError."""
    if name and (problem := name_problem(name)):
        raise ValidationError(form_text(problem))
    return name
