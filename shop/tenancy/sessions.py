"""Delete expired sessions."""

from collections.abc import Callable
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings


def delete_expired_sessions(beat: Callable[[], None]) -> None:
    """Delete expired sessions and allauth's records of them; call `beat` between two."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    beat()
    store.clear_expired()
    for session in UserSession.objects.only("session_key").iterator():
        beat()
        if not session.exists():
            session.delete()
