"""Expired sessions and their records are deleted."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from shop.tenancy.sessions import delete_expired_sessions
from tests.accounts.factors import by_password
from tests.factories import make_user
from tests.pages import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def test_expired_sessions_go_and_live_ones_stay() -> None:
    over, live = visitor(), visitor()
    by_password(over, make_user())
    by_password(live, make_user())
    key = over.session.session_key
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    beats: list[None] = []
    delete_expired_sessions(lambda: beats.append(None))
    assert not UserSession.objects.filter(session_key=key).exists()
    assert not Session.objects.filter(pk=key).exists()
    assert UserSession.objects.get().session_key == live.session.session_key
    assert live.get("/portal/").status_code == 200
    assert len(beats) == 3
