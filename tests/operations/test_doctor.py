"""`manage.py doctor` finds what is wrong inside: settings, files, database, worker, mail, backlog."""

import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone, translation
from pytest_django import Settings

from portal.backoffice.reports import worker_health
from portal.backoffice.reports.health_lines import HealthLine, Verdict
from portal.backoffice.reports.work_health import message_lines, order_lines
from portal.backoffice.reports.worker_health import system_lines, worker_lines
from shop.catalogue.seller import Seller
from shop.content.models import Question, Version
from shop.operations.backup_health import backup_line
from shop.operations.doctor.database_checks import database_lines
from shop.operations.doctor.examination import guarded
from shop.operations.doctor.file_checks import file_lines
from shop.operations.doctor.settings_checks import settings_lines
from shop.operations.doctor.site_checks import clock_line
from shop.version import version
from shop.worker.models import Heartbeat, WorkerInstance
from tests.operations import faults
from tests.operations.front import HEADERS, Front, web_server
from tests.operations.test_seller_file import SELLER
from tests.test_settings import PRODUCTION, manage

pytestmark = pytest.mark.django_db


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
    faults.make_backup(faults.DAY)
    now = timezone.now()
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster, beat_at=now, hourly_at=now)
    WorkerInstance.objects.create(
        host="host-7", pid=42, version=version(), started_at=now, seen_at=now
    )


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
            own = {"static", "switches"} if connection.vendor == "sqlite" else {"static"}
            assert (code, told["verdict"], set(found)) == (1, "act", own)
            assert found["static"]["advice"] == "Run manage.py setup, then restart the web server."
            assert [mail.to for mail in mailoutbox] == [["ada@example.com"]]
            call_command("collectstatic", interactive=False, verbosity=0)
            if connection.vendor == "postgresql":
                assert examined()[0] == 0
    assert logging.root.manager.disable == logging.NOTSET  # the command was silent, and is over
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
    assert done.stdout.endswith(" ACT NOW. Times are those of Europe/Berlin.\n")


Plant = Callable[[Settings], None]
Look = Callable[[], Iterable[HealthLine]]


@pytest.mark.parametrize(
    ("plant", "look", "found"),
    [
        (
            faults.no_worker,
            worker_lines,
            {
                **dict.fromkeys(
                    ("cluster-packing", "cluster-messages", "cluster-webhooks", "instances"), "act"
                ),
                "hourly": "look",
            },
        ),
        (faults.frozen_worker, worker_lines, {"cluster-packing": "act"}),
        (faults.old_worker, worker_lines, {"instances": "look"}),
        (faults.no_hourly_work, worker_lines, {"hourly": "act"}),
        (faults.late_orders, order_lines, {"orders": "act", "person": "look"}),
        (faults.late_mails, message_lines, {"mails": "act"}),
        (faults.missing_migration, system_lines, {"migrations": "act"}),
        (faults.newer_migration, database_lines, {"newer-migrations": "act"}),
        (faults.redis_away, system_lines, {"redis": "act"}),
        (faults.placeholders, settings_lines, {"content.W001": "look"}),
        (faults.no_seller, settings_lines, {"billing.W001": "look"}),
        (faults.no_support, settings_lines, {"support.W001": "look"}),
        (faults.demo, settings_lines, {"profile": "act"}),
        (faults.no_factor_key, settings_lines, {"accounts.W001": "look"}),
        (faults.kept_key, settings_lines, {"secret-key": "look"}),
        (faults.late_backup, backup_line, {"backup": "look"}),
        (faults.old_backup, backup_line, {"backup": "act"}),
        (faults.hold, message_lines, {"hold": "look"}),
        (faults.no_redirect, settings_lines, {"security.W008": "look"}),
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


@pytest.mark.once
@pytest.mark.parametrize(
    ("volume", "verdict", "found"),
    [
        ("/usr", "look", "open to others: /usr"),
        # Mounted itself, as an emptyDir of Kubernetes is.
        ("/dev", "fine", "/dev is a volume of the container"),
    ],
)
def test_volume_that_is_mounted_itself_may_be_open_to_all(
    volume: str, verdict: str, found: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = Path(volume)
    monkeypatch.setattr(os, "geteuid", lambda: 10001)  # in a container root owns what is mounted
    (line,) = (line for line in file_lines({}) if line.key == "private")
    assert (line.verdict, line.found) == (verdict, found)


@pytest.mark.parametrize(("share", "verdict"), [(0.05, "look"), (0.01, "act")])
def test_full_disk_is_found(share: float, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_free(monkeypatch, share)
    assert worse(file_lines({}))["disk"] == verdict


@pytest.mark.parametrize(
    ("seconds", "verdict", "found"),
    [
        (1, "fine", "agrees with this machine's"),
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
    assert lines["database-clock"].found == "agrees with this machine's"


def test_check_that_cannot_read_a_file_says_so_and_the_others_go_on(
    settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path / "gone"
    (line,) = guarded("Files", lambda: file_lines({}))
    assert (line.key, line.verdict) == ("unknown-files", Verdict.ACT)
    assert str(line.found).startswith("could not be checked: [Errno 2] No such file or directory")


def test_check_that_fails_itself_says_so_and_the_others_go_on() -> None:
    def lines() -> Iterator[HealthLine]:
        yield from system_lines()
        raise TypeError("can't subtract offset-naive and offset-aware datetimes")

    *before, line = guarded("Way in", lines)
    assert before
    assert (line.key, line.verdict) == ("unknown-way", Verdict.ACT)
    assert line.advice == "The check itself fails with TypeError. Please report it."


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles")
def test_connection_of_another_role_is_told_to_one_that_is_no_administrator() -> None:
    given = connection.get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**given, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE other LOGIN")
        try:
            with psycopg.connect(**given | {"user": "other"}), connection.cursor() as cursor:
                cursor.execute("CREATE ROLE plain")
                cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")
                cursor.execute("SET LOCAL ROLE plain")
                lines = {line.key: line for line in database_lines()}
                cursor.execute("RESET ROLE")
        finally:
            administrator.execute("DROP ROLE other")
    assert (lines["roles"].verdict, lines["roles"].found) == (Verdict.LOOK, "other, shop")
    assert int(str(lines["connections"].found).split()[0]) >= 3  # with those of other roles
