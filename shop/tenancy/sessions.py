"""Forget sessions that are over."""

from collections.abc import Callable
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings


def delete_expired_sessions(beat: Callable[[], None]) -> None:
    """Delete expired sessions, and what was noted of where they were; an hourly duty.

    Calls `beat` between two sessions.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    beat()
    store.clear_expired()
    for session in UserSession.objects.only("session_key").iterator():
        beat()
        if not session.exists():
            session.delete()
