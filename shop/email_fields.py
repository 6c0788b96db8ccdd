"""Form fields for e-mail addresses, and their input."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.email_spellings import InvalidEmailError, check_email, stored_email, wire_email

NOT_AN_EMAIL = _("Please give an e-mail address like name@example.com.")
MAX_LENGTH = 254


class EmailInput(forms.TextInput):
    """An input for an e-mail address that browsers leave as it is typed.

    Into `type=email` they write what they make of a domain with letters like ü or ß, by an older
    standard than ours: the mail would go to another domain.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        fixed = {"inputmode": "email", "spellcheck": "false", "autocapitalize": "none"}
        super().__init__({"autocomplete": "email", **(attrs or {}), **fixed})


class EmailField(forms.CharField):
    """An address by which an account is looked up, in the spelling that accounts keep."""

    widget = EmailInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MAX_LENGTH, "strip": True, **options})

    def clean(self, value: Any) -> str:
        """Return the address. Raises ValidationError if no mail server could be told it."""
        email: str = super().clean(value)
        if not email:
            return email
        try:
            self.check(email)
        except InvalidEmailError as error:
            raise forms.ValidationError(NOT_AN_EMAIL, code="invalid") from error
        return stored_email(email)

    def check(self, email: str) -> None:
        """Raise InvalidEmailError for an address that no account can have."""
        wire_email(email)


class NewEmailField(EmailField):
    """An address that an account is to get: one that our mail server can deliver to."""

    def check(self, email: str) -> None:
        """Raise InvalidEmailError as `check_email` does."""
        check_email(email)
