"""allauth's forms that set a password. It is typed once: it can be looked at."""

from typing import Any

from allauth.account import forms as account
from django.utils.translation import gettext_lazy as _

from shop.password_field import PASSWORD_RULES


class TypedOnceMixin:
    """Drops the second password, and says the rules in one sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]  # of the form it is mixed into
        del fields["password2"]
        fields["password1"].label = _("New password")
        fields["password1"].help_text = PASSWORD_RULES


class ResetPasswordKeyForm(TypedOnceMixin, account.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth is not typed
    """Sets a new password after a mailed link was opened."""


class SetPasswordForm(TypedOnceMixin, account.SetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    """Sets the first password of somebody who has none."""


class ChangePasswordForm(TypedOnceMixin, account.ChangePasswordForm):  # type: ignore[misc]  # allauth is not typed
    """Sets a new password, given the current one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
