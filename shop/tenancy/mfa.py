"""Second factors and passkeys of a user."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from shop.tenancy.models import User

APP = Authenticator.Type.TOTP
PASSKEY = Authenticator.Type.WEBAUTHN


def has_second_factor(user: User) -> bool:
    """Return whether `user` has an app or a passkey; recovery codes only replace one."""
    return bool(is_mfa_enabled(user, [APP, PASSKEY]))


def has_only_passkeys(user: User) -> bool:
    """Return whether `user` has passkeys, but neither a password nor an authenticator app."""
    if user.has_usable_password():
        return False
    return bool(is_mfa_enabled(user, [PASSKEY])) and not is_mfa_enabled(user, [APP])


def may_recover_by_mail(user: User) -> bool:
    """Return whether an e-mailed code alone signs `user` in, because their passkey may be lost.

    A passkey that replaces the password may be recovered by mail, as a password may. One that is a
    second factor, beside a password or for staff, may not.
    """
    return not user.is_staff and has_only_passkeys(user)
