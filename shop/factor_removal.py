"""Remove the second factors of somebody who has lost them, and tell that person by mail."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from shop.notifications.emails.queue import queue_security_notice
from shop.tenancy.models import User


def remove_factors(user: User) -> bool:
    """Remove passkeys, app and recovery codes of `user` and end all sessions; tell them by mail.

    Returns False, and changes nothing, if there was no factor.
    """
    with transaction.atomic():
        removed, _rows = Authenticator.objects.filter(user=user).delete()
        if not removed:
            return False
        end_sessions(user)
        queue_security_notice(user, "factors_reset", user.email, ip="")
    return True


def end_sessions(user: User, only: int | None = None) -> int:
    """Sign `user` out everywhere, or of the session with the primary key `only`; return how many."""
    sessions = UserSession.objects.filter(user=user)
    ended = list(sessions if only is None else sessions.filter(pk=only))
    for session in ended:
        session.end()
    return len(ended)
