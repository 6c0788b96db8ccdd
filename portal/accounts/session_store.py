"""Django's sessions in the database, looked up with SQL that is compiled once."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from shop.compiled_queries import CompiledQuery, Parameter

_live_session = CompiledQuery(
    lambda: Session.objects.filter(
        session_key=Parameter("session_key"), expire_date__gt=Parameter("now")
    )
)


class SessionStore(db.SessionStore):
    """Django's store; each page of somebody signed in looks up their session."""

    def _get_session_from_db(self) -> Any:
        key = self.session_key or ""
        # A cookie may hold anything, and PostgreSQL takes no text with a NUL.
        is_key = key.isalnum()
        session = _live_session.first(session_key=key, now=timezone.now()) if is_key else None
        if session is None:
            self._session_key = None
        return session
