"""Second factors and passkeys of a user."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from shop.compiled_queries import CompiledQuery, Parameter
from shop.tenancy.models import User

APP = Authenticator.Type.TOTP
PASSKEY = Authenticator.Type.WEBAUTHN
# Each page of the back office asks for it.
_second_factor = CompiledQuery(
    lambda: Authenticator.objects.filter(
        user=Parameter("user"), type__in=[APP, PASSKEY]
    ).values_list("pk")[:1]
)


def has_second_factor(user: User) -> bool:
    """Return whether `user` has an app or a passkey; recovery codes only replace one."""
    return _second_factor.first(user=user.pk) is not None


def has_passkey(user: User) -> bool:
    """Return whether `user` has a passkey."""
    return bool(is_mfa_enabled(user, [PASSKEY]))


def may_recover_by_mail(user: User) -> bool:
    """Return whether an e-mailed code alone signs `user` in, as their passkey may be lost.

    It may if the passkey replaces a password, but not if it is a second factor, or for staff.
    """
    if user.is_staff or user.has_usable_password():
        return False
    return bool(is_mfa_enabled(user, [PASSKEY])) and not is_mfa_enabled(user, [APP])
