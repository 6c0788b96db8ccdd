"""allauth's forms where we want something otherwise."""

from typing import Any

from allauth.account.forms import ResetPasswordForm as AllauthsForm
from django.http import HttpRequest
from django.utils.translation import get_language

from shop.notifications.queueing import offer_new_password


class ResetPasswordForm(AllauthsForm):  # type: ignore[misc]  # allauth is not typed
    """Leaves the mail to the worker: it takes time, and only a known address gets one."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Note the wish; the address it is for."""
        email: str = self.cleaned_data["email"]
        language = "en" if (get_language() or "").startswith("en") else "de"
        offer_new_password(email, language)
        return email
