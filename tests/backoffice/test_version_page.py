"""The page of versions: what runs where, and whether it differs."""

import django
import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from shop.version import version
from shop.worker.models import WorkerInstance
from tests.factories import make_staff
from tests.pages import visitor, words

pytestmark = pytest.mark.django_db

DIFFER = "Web server and worker run different versions."


def page() -> str:
    return words(visitor(make_staff("viewer")).get("/version", follow=True))


def run_worker(host: str, runs: str) -> None:
    now = timezone.now()
    WorkerInstance.objects.create(host=host, pid=7, version=runs, started_at=now, seen_at=now)


def test_short_path_leads_staff_to_the_versions_of_all_processes() -> None:
    assert "No worker is running." in page()
    run_worker("host-1", version())
    text = page()
    assert f"Shop {version()} " in text
    assert f"Django {django.get_version()} " in text
    assert f"host-1 PID 7 {version()} " in text
    assert DIFFER not in text
    run_worker("host-2", "1.0.0")
    assert "host-2 PID 7 1.0.0 " in page()
    assert DIFFER in page()


def test_migrations_that_are_not_applied_are_named() -> None:
    assert "migrations are not applied" not in page()
    MigrationRecorder.Migration.objects.filter(app="orders", name="0001_initial").delete()
    assert "These migrations have not been applied: orders.0001_initial." in page()
