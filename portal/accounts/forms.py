"""allauth's forms where we want something otherwise."""

from typing import Any

from allauth.account.forms import ResetPasswordForm as AllauthsForm
from django.http import HttpRequest

from shop.notifications.queueing import offer_new_password
from shop.requests import page_language


class ResetPasswordForm(AllauthsForm):  # type: ignore[misc]  # allauth is not typed
    """Leaves the mail to the worker: it takes time, and only a known address gets one."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Note the wish; the address it is for."""
        email: str = self.cleaned_data["email"]
        offer_new_password(email, page_language())
        return email
