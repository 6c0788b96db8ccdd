"""Who may be signed in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser


class MemberBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is not typed
    """allauth's backend; users of the demo profile exist in the demo profile only."""

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Asked at every sign-in and again for every session's user."""
        if getattr(user, "demo", False) and not settings.DEMO:
            return False
        return bool(super().user_can_authenticate(user))
