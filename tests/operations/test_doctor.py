"""`manage.py doctor` finds what is wrong inside: settings, files, database, worker, mail, backlog."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone, translation
from pytest_django import Settings

from portal.backoffice.reports import worker_health
from portal.backoffice.reports.health_lines import HealthLine
from portal.backoffice.reports.work_health import message_lines, order_lines
from portal.backoffice.reports.worker_health import system_lines, worker_lines
from shop.catalogue.seller import Seller
from shop.content.models import Question, Version
from shop.notifications.emails.models import Message
from shop.operations.backup_health import backup_line
from shop.operations.doctor.database_checks import database_lines
from shop.operations.doctor.file_checks import file_lines
from shop.operations.doctor.settings_checks import settings_lines
from shop.operations.doctor.site_checks import clock_line
from shop.operations.models import Backup
from shop.orders.models import Order
from shop.version import version
from shop.worker.models import Heartbeat, MessageHold, WorkerInstance
from tests.factories import make_order, make_staff
from tests.operations.front import HEADERS, Front, web_server
from tests.operations.test_seller_file import SELLER
from tests.test_settings import PRODUCTION, manage

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def well(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that is well: its settings, its texts, its worker."""
    settings.DEMO = False
    settings.SUPPORT_EMAIL = "help@example.com"
    settings.SECURE_HSTS_SECONDS = 1
    settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    settings.FACTOR_KEY = "another-key-of-no-meaning-at-all-which-is-long-enough-for-this"
    Seller.objects.update_or_create(pk=1, defaults=SELLER)
    Version.objects.update(text_de="Text", text_en="Text", title_de="T", title_en="T")
    Question.objects.update(answer_de="Ja.", answer_en="Yes.")
    set_free(monkeypatch, 0.5)
    monkeypatch.setattr(worker_health, "SLOW_MS", 60_000)
    make_backup(DAY)
    now = timezone.now()
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster, beat_at=now, hourly_at=now)
    WorkerInstance.objects.create(
        host="host-7", pid=42, version=version(), started_at=now, seen_at=now
    )


def make_backup(age: timedelta) -> None:
    """Let the newest backup be so old."""
    Backup.objects.all().delete()
    made_at = timezone.now() - age
    Backup.objects.create(made_at=made_at, name="x", size=1, encrypted=True, verified_at=made_at)


def set_free(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """Let this share of the disk be free."""
    total = 100 * worker_health.GIGABYTE
    usage = SimpleNamespace(total=total, free=int(total * share))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)


def worse(lines: Iterable[HealthLine]) -> dict[str, str]:
    """The verdicts that are not fine."""
    with translation.override("en"):
        return {line.key: str(line.verdict) for line in lines if line.verdict != "fine"}


def examined(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code of the command, and its JSON."""
    told = StringIO()
    try:
        call_command("doctor", "--json", *arguments, stdout=told)
    except SystemExit as end:
        return int(str(end.code)), json.loads(told.getvalue())
    return 0, json.loads(told.getvalue())


def test_deployment_that_is_well_is_fine_in_every_line(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[EmailMessage],
) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    with web_server(get_wsgi_application()) as port:
        front = Front(tmp_path, port, HEADERS)
        settings.BASE_URL = front.url
        with front.running() as certificate:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            code, told = examined("--send-mail", "ada@example.com")
            found = {each["key"]: each for each in told["lines"] if each["verdict"] != "fine"}
            # Two faults of the tests' own: nothing is collected, and a power cut loses orders.
            faults = {"static", "switches"} if connection.vendor == "sqlite" else {"static"}
            assert (code, told["verdict"], set(found)) == (1, "act", faults)
            assert found["static"]["advice"] == "Run manage.py setup, then restart the web server."
            assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
            call_command("collectstatic", interactive=False, verbosity=0)
            if connection.vendor == "postgresql":
                assert examined()[0] == 0
    assert worse(file_lines({})) == {}
    assert {"group", "key", "label", "verdict", "found", "advice"} == set(told["lines"][0])
    assert told["version"] == version()


@pytest.mark.once
def test_database_that_is_away_is_said_and_the_rest_is_checked_all_the_same(
    tmp_path: Path,
) -> None:
    away = {**PRODUCTION, "DATABASE_URL": "postgres://slate:hidden@127.0.0.1:9/slate"}
    done = manage(tmp_path, "doctor", "--quiet", **away)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.search(r"\n  ACT NOW +Worker: could not be checked: .*refused", done.stdout)
    assert "hidden" not in done.stdout
    assert "\n  ACT NOW       Static files: missing or of another version: " in done.stdout
    assert "\n                Run manage.py setup, then restart the web server.\n" in done.stdout
    assert "\n  ACT NOW       BASE_URL: https://shop.example does not answer: " in done.stdout
    assert "\n  fine " not in done.stdout


# Each plants one fault in a deployment that is well.
def _no_worker(settings: Settings) -> None:
    Heartbeat.objects.all().delete()
    WorkerInstance.objects.all().delete()


def _frozen_worker(settings: Settings) -> None:
    Heartbeat.objects.filter(cluster="packing").update(beat_at=timezone.now() - 5 * MINUTE)


def _old_worker(settings: Settings) -> None:
    WorkerInstance.objects.update(version="1.0.0")


def _no_hourly_work(settings: Settings) -> None:
    Heartbeat.objects.update(hourly_at=timezone.now() - timedelta(hours=5))


def _late_orders(settings: Settings) -> None:
    make_order()
    Order.objects.update(updated_at=timezone.now() - 30 * MINUTE)


def _late_mails(settings: Settings) -> None:
    user, due = make_staff(), timezone.now() - 40 * MINUTE
    Message.objects.create(
        kind="code", user=user, recipient=user.email, language="en", next_attempt_at=due
    )


def _missing_migration(settings: Settings) -> None:
    MigrationRecorder.Migration.objects.filter(app="orders", name="0001_initial").delete()


def _newer_migration(settings: Settings) -> None:
    MigrationRecorder.Migration.objects.create(app="orders", name="9999_later")


def _redis_away(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"


def _placeholders(settings: Settings) -> None:
    Version.objects.filter(page="imprint").update(text_de="[Firma und Rechtsform]")


def _no_seller(settings: Settings) -> None:
    Seller.objects.all().delete()


def _no_support(settings: Settings) -> None:
    settings.SUPPORT_EMAIL = ""


def _demo(settings: Settings) -> None:
    settings.DEMO = True


def _no_factor_key(settings: Settings) -> None:
    settings.FACTOR_KEY = ""


def _kept_key(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]


def _old_backup(settings: Settings) -> None:
    make_backup(8 * DAY)


def _hold(settings: Settings) -> None:
    MessageHold.objects.create(since=timezone.now(), backup_made_at=timezone.now())


def _no_redirect(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = False


Plant = Callable[[Settings], None]
Look = Callable[[], Iterable[HealthLine]]


@pytest.mark.parametrize(
    ("plant", "look", "found"),
    [
        (
            _no_worker,
            worker_lines,
            {
                **dict.fromkeys(
                    ("cluster-packing", "cluster-messages", "cluster-webhooks", "instances"), "act"
                ),
                "hourly": "look",
            },
        ),
        (_frozen_worker, worker_lines, {"cluster-packing": "act"}),
        (_old_worker, worker_lines, {"instances": "look"}),
        (_no_hourly_work, worker_lines, {"hourly": "act"}),
        (_late_orders, order_lines, {"orders": "act", "person": "look"}),
        (_late_mails, message_lines, {"mails": "act"}),
        (_missing_migration, system_lines, {"migrations": "act"}),
        (_newer_migration, database_lines, {"newer-migrations": "act"}),
        (_redis_away, system_lines, {"redis": "act"}),
        (_placeholders, settings_lines, {"content.W001": "look"}),
        (_no_seller, settings_lines, {"billing.W001": "look"}),
        (_no_support, settings_lines, {"support.W001": "look"}),
        (_demo, settings_lines, {"profile": "act"}),
        (_no_factor_key, settings_lines, {"accounts.W001": "look"}),
        (_kept_key, settings_lines, {"secret-key": "look"}),
        (_old_backup, backup_line, {"backup": "act"}),
        (_hold, message_lines, {"hold": "look"}),
        (_no_redirect, settings_lines, {"security.W008": "look"}),
    ],
)
def test_planted_fault_is_found(
    plant: Plant, look: Look, found: dict[str, str], settings: Settings
) -> None:
    before = worse(look())
    assert before.keys() <= {"switches"}  # the tests' own, see above
    plant(settings)
    assert worse(look()) == before | found


def test_missing_german_texts_are_found(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text("")
    settings.LOCALE_PATHS = [tmp_path]
    assert worse(settings_lines()) == {"languages.E001": "act"}


def test_files_that_others_may_read_are_found(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    (key := tmp_path / "key").write_text("secret")
    key.chmod(0o644)
    tmp_path.chmod(0o700)
    assert worse(file_lines({})).keys() == {"static"}
    tmp_path.chmod(0o755)
    environment = {"SECRET_KEY_FILE": str(key), "SSL_CERT_FILE": str(key)}
    lines = {line.key: line for line in file_lines(environment)}
    assert (lines["private"].verdict, lines["secrets"].verdict) == ("act", "look")
    assert lines["private"].found == f"open to others: {tmp_path}"
    assert lines["secrets"].found == "open to all users: SECRET_KEY_FILE"


@pytest.mark.parametrize(("share", "verdict"), [(0.05, "look"), (0.01, "act")])
def test_full_disk_is_found(share: float, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_free(monkeypatch, share)
    assert worse(file_lines({}))["disk"] == verdict


@pytest.mark.parametrize(
    ("seconds", "verdict", "found"),
    [
        (1, "fine", "agree"),
        (-5, "look", "5 s behind this machine"),
        (40, "act", "40 s ahead of this machine"),
    ],
)
def test_clock_that_differs_is_found(seconds: int, verdict: str, found: str) -> None:
    line = clock_line("clock", "Clock", timedelta(seconds=seconds))
    assert (line.verdict, line.found) == (verdict, found)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no connections to count")
def test_connections_roles_and_encoding_of_postgresql_are_told() -> None:
    lines = {line.key: line for line in database_lines()}
    assert lines["encoding"].found == "UTF8"
    assert lines["roles"].found == "shop"
    assert " of 97 are open" in str(lines["connections"].found)
    assert lines["database-clock"].found == "agree"
