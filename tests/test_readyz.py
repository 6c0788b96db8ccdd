"""`/readyz`: migrations that are missing, and orders that nobody packs. (Redis: tests/access.)"""

import logging
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.orders.models import Order
from shop.packing.models import Packing
from shop.worker.models import Heartbeat
from tests.factories import make_bare_order, make_order, pack_all
from tests.pages import html, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def beating() -> None:
    """The worker is well."""
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster, beat_at=timezone.now())


def problems() -> list[str]:
    answer = visitor().get("/readyz")
    lines = html(answer).splitlines()
    assert answer.status_code == (200 if lines == ["ok"] else 503)
    return lines


def age(minutes: float) -> None:
    """Make all orders as old as that."""
    Order.objects.update(updated_at=timezone.now() - timedelta(minutes=minutes))


def test_missing_migrations_are_named() -> None:
    assert problems() == ["ok"]
    applied = MigrationRecorder.Migration.objects
    applied.filter(app__in=("orders", "access"), name="0001_initial").delete()
    assert problems() == [
        "migrations are not applied: access.0001_initial, orders.0001_initial",
    ]


def test_poll_that_finds_a_problem_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        visitor().get("/nowhere/")
        assert caplog.messages == ["Not Found: /nowhere/"]
        caplog.clear()
        Heartbeat.objects.all().delete()
        assert len(problems()) == len(settings.WORKER_CLUSTERS)
    assert caplog.messages == []


def test_migrations_of_a_newer_version_are_no_problem() -> None:
    MigrationRecorder.Migration.objects.create(app="orders", name="9999_later")
    assert problems() == ["ok"]


def test_order_that_nobody_packs_is_named_after_a_while(settings: Settings) -> None:
    make_order()
    age(14.5)
    assert problems() == ["ok"]
    age(17)
    assert problems() == ["the oldest due order has been waiting for 17 min"]
    settings.LATE_AFTER_MINUTES = 20
    assert problems() == ["ok"]


def test_retry_that_nobody_makes_is_named_after_a_while(settings: Settings) -> None:
    settings.PACKING_STEPS = ["tests.packing.steps.fail"]
    make_order()
    pack_all()
    age(60)  # it failed at once, and its retry is not due yet
    assert problems() == ["ok"]
    Packing.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=16))
    assert problems() == ["the oldest due order has been waiting for 16 min"]
    Order.objects.update(state="cancelled")
    assert problems() == ["ok"]


def test_order_that_is_not_due_may_be_old() -> None:
    make_bare_order("s")
    make_order("xl")
    pack_all()
    make_order(client_name="packed")
    pack_all()
    age(600)
    assert sorted(Order.objects.values_list("state", "complete")) == [
        ("need_human", True),
        ("packed", True),
        ("pending", False),
    ]
    assert problems() == ["ok"]


def test_look_costs_five_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_order()
    problems()
    with django_assert_num_queries(5):
        problems()
