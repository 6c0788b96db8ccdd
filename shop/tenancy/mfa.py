"""What users sign in by, besides a password."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from shop.tenancy.models import User

APP = Authenticator.Type.TOTP
PASSKEY = Authenticator.Type.WEBAUTHN


def has_second_factor(user: User) -> bool:
    """Whether a password alone does not let `user` in. Recovery codes only stand in for one."""
    return bool(is_mfa_enabled(user, [APP, PASSKEY]))


def has_only_passkeys(user: User) -> bool:
    """Whether passkeys are all that `user` signs in by: no password, no authenticator app."""
    if user.has_usable_password():
        return False
    return bool(is_mfa_enabled(user, [PASSKEY])) and not is_mfa_enabled(user, [APP])


def may_recover_by_mail(user: User) -> bool:
    """Whether a mailed code alone lets `user` in although a passkey may be lost.

    A passkey then stands in a password's place, and that could be renewed by mail as well. Not so
    where it is a second factor: beside a password, and for staff.
    """
    return not user.is_staff and has_only_passkeys(user)
