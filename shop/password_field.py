"""The form field in which somebody chooses a password, and the rules for it in one sentence."""

from django import forms
from django.utils.translation import gettext_lazy as _

# By AUTH_PASSWORD_VALIDATORS, whose own texts would be a list of four.
PASSWORD_RULES = _(
    "At least 10 characters. Not only digits, not your name and not a password that many people use."
)


def new_password_field() -> forms.CharField:
    """Return the field. Check its value with Django's `validate_password`."""
    return forms.CharField(
        label=_("Password"),
        help_text=PASSWORD_RULES,
        strip=False,
        error_messages={"required": _("Please choose a password.")},
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
