"""Expired sessions and their records are deleted."""

from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.tenancy import sessions
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
    assert len(beats) == 2


def make_sessions(number: int, expire_date: datetime) -> None:
    user = make_user()
    keys = [f"{expire_date:%Y}key{each}" for each in range(number)]
    Session.objects.bulk_create(Session(pk=key, expire_date=expire_date) for key in keys)
    UserSession.objects.bulk_create(
        UserSession(user=user, session_key=key, ip="192.0.2.1", user_agent="") for key in keys
    )


def test_sessions_are_deleted_in_batches(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(sessions, "BATCH", 3)
    make_sessions(6, timezone.now() - timedelta(days=400))
    make_sessions(4, timezone.now() + timedelta(days=400))
    beats: list[None] = []
    with django_assert_num_queries(10):  # of each table two batches, and the look for a third
        delete_expired_sessions(lambda: beats.append(None))
    assert (Session.objects.count(), UserSession.objects.count(), len(beats)) == (4, 4, 4)
