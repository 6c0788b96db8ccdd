"""Delete expired sessions."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

BATCH = 500


def delete_expired_sessions(beat: Callable[[], None]) -> None:
    """Delete expired sessions, then allauth's records of such; call `beat` before each batch."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).order_by("expire_date")
    while keys := list(expired.values_list("pk", flat=True)[:BATCH]):
        beat()
        expired.order_by().filter(pk__in=keys).delete()  # not one that was renewed meanwhile
    session = Session.objects.filter(pk=OuterRef("session_key"))
    ended = UserSession.objects.filter(~Exists(session)).order_by("pk")
    while pks := list(ended.values_list("pk", flat=True)[:BATCH]):
        beat()
        ended.order_by().filter(pk__in=pks).delete()
