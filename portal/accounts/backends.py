"""Who may be signed in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class MemberBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is not typed
    """allauth's backend, for users who may sign in."""

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """Who these credentials belong to, if they may sign in.

        allauth remembers whom it refused and says so on a page of its own. Here they get the
        answer of a wrong password.
        """
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        self.unstash_authenticated_user()
        return user

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Asked at every sign-in by password and again for every session's user."""
        return bool(super().user_can_authenticate(user)) and may_sign_in(user)


def may_sign_in(user: AbstractBaseUser | None) -> bool:
    """Whether `user` is somebody who may sign in."""
    return bool(getattr(user, "may_sign_in", False))


def is_of_another_profile(user: AbstractBaseUser | None) -> bool:
    """Whether `user` belongs to the demo and this is not it."""
    return bool(getattr(user, "demo", False)) and not settings.DEMO
