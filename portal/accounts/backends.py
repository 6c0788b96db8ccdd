"""Authentication backend: only users who have joined may sign in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.db.models import Model, Q
from django.http import HttpRequest

from shop.compiled_queries import CompiledQuery, Parameter
from shop.tenancy.models import User
from shop.tenancy.passwords import password_forms

_user_of_session = CompiledQuery(lambda: User.objects.filter(pk=Parameter("pk")))

_own = User.user_permissions.through.objects.filter(user=Parameter("user"))
_of_groups = Group.permissions.through.objects.filter(group__user=Parameter("user"))
_permissions: CompiledQuery[tuple[str, str]] = CompiledQuery(
    lambda: (
        Permission.objects.filter(
            Q(pk__in=_own.values("permission")) | Q(pk__in=_of_groups.values("permission"))
        )
        .order_by()
        .values_list("content_type__app_label", "codename")
    )
)


class MemberBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is not typed
    """allauth's backend, restricted to users who may sign in."""

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        """Return the user of these credentials if they may sign in.

        allauth stashes a user it refuses, to show a page of its own. Here they get the same answer
        as for a wrong password.
        """
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        self.unstash_authenticated_user()
        return user

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session if they may sign in; by SQL that is compiled once."""
        user = _user_of_session.first(pk=user_id)
        return user if self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Return the permissions of a user; by SQL that is compiled once."""
        is_plain = user_obj.is_active and not user_obj.is_superuser and obj is None
        if is_plain and not hasattr(user_obj, "_perm_cache"):
            found = _permissions.all(user=user_obj.pk)
            # Where Django keeps them for the request.
            user_obj._perm_cache = {f"{app}.{name}" for app, name in found}  # noqa: SLF001 -- as its own does
        permissions: set[str] = super().get_all_permissions(user_obj, obj)
        return permissions

    def _mitigate_timing_attack(self, password: str) -> None:
        # As many hashes as for a known address.
        for each in password_forms(password):
            make_password(each)

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Return whether `user` may sign in; also called for the user of every session."""
        return bool(super().user_can_authenticate(user)) and may_sign_in(user)


def may_sign_in(user: AbstractBaseUser | None) -> bool:
    """Return whether `user` may sign in; False for anonymous users and None."""
    return bool(getattr(user, "may_sign_in", False))


def is_of_another_profile(user: AbstractBaseUser | None) -> bool:
    """Return whether `user` belongs to the demo while this is not the demo."""
    return bool(getattr(user, "demo", False)) and not settings.DEMO
