"""The form field of a user's login, which pages call display name, and the rules for it."""

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.email_spellings import canonical_email
from shop.tenancy.joining import login_is_free
from shop.tenancy.models import User

LETTERS = gettext_lazy("Please use letters from A to Z, digits and @ . + - _ only, no blanks.")


def login_field() -> forms.CharField:
    """Return the field; check its value with `checked_login`."""
    return forms.CharField(
        label=gettext_lazy("Display name"),
        help_text=gettext_lazy("How others see you. You sign in with your e-mail."),
        required=False,
        max_length=150,
        validators=[ASCIIUsernameValidator(message=LETTERS)],
        widget=forms.TextInput(attrs={"autocomplete": "nickname", "spellcheck": "false"}),
    )


def checked_login(login: str, user: User) -> str:
    """Return `login` if `user` can have it. Raises ValidationError."""
    if "@" in login and canonical_email(login) != user.canonical_email:
        raise ValidationError(_("A display name with @ must be your own e-mail address."))
    if login and not login_is_free(login, user):
        raise ValidationError(taken())
    return login


def taken() -> str:
    """Return the error of a login that somebody else has."""
    return _("Please choose another display name; this one is taken.")
