"""What this portal wants otherwise than allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from portal.accounts.backends import is_of_another_profile


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """There is no public sign-up: members come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mail to people who have joined, to nobody else."""
        user = context.get("user")
        if user is not None and (not user.is_known or is_of_another_profile(user)):
            return
        super().send_mail(template_prefix, email, context)
