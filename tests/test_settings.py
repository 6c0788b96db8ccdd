"""The settings as processes get them: SQLite's switches, and what stops an unsafe start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

PRODUCTION = {
    "SECRET_KEY": "a-long-enough-key-of-no-meaning-at-all-for-these-tests-alone",
    "BASE_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example",
    "EMAIL_URL": "smtp://mail.example:25",
    "SUPPORT_EMAIL": "help@shop.example",
}
PRAGMAS = """
import json
from django.db import connection
from django.conf import settings
cursor = connection.cursor()
names = ["journal_mode", "synchronous", "busy_timeout", "foreign_keys"]
found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
found["transaction_mode"] = connection.transaction_mode
found["max_age"] = settings.DATABASES["default"]["CONN_MAX_AGE"]
print(json.dumps(found))
"""


def manage(
    directory: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run manage.py with nothing in the environment but what is given."""
    variables = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        **environment,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_sqlite_has_the_switches_that_keep_orders_safe(tmp_path: Path) -> None:
    result = manage(tmp_path, "shell", "-v0", "-c", PRAGMAS, **PRODUCTION)
    assert json.loads(result.stdout) == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "busy_timeout": 20_000,
        "foreign_keys": 1,
        "transaction_mode": "IMMEDIATE",
        "max_age": 600,
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"BASE_URL": ""}, "BASE_URL is not set."),
        ({"BASE_URL": "http://shop.example"}, "BASE_URL must begin with https://"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
        ({"EMAIL_URL": ""}, "EMAIL_URL is not set."),
        ({"ALLOWED_HOSTS": ","}, "ALLOWED_HOSTS must name the host of BASE_URL"),
        ({"ALLOWED_HOSTS": "other.example"}, "ALLOWED_HOSTS must name the host of BASE_URL"),
        ({"BASE_URL": "https://"}, "ALLOWED_HOSTS must name the host of BASE_URL"),
        ({"EMAIL_URL": "nonsense"}, "EMAIL_URL cannot be read: see docs/operators/settings.md."),
        ({"EMAIL_URL": "smtps://mail.example:465"}, "EMAIL_URL must begin with smtp+ssl://"),
        ({"MAIL_FROM": "nonsense"}, "MAIL_FROM cannot be read: nonsense"),
        ({"CANCELLATION_NOTICE_DAYS": "-1"}, "CANCELLATION_NOTICE_DAYS must not be negative."),
        ({"CUSTOMERS": "all"}, "CUSTOMERS must be businesses or everyone, not all."),
        ({"VIES_URL": "http://vies.example"}, "VIES_URL must be an https URL."),
        ({"PROJECT_URL": "http://app.example/"}, "PROJECT_URL must be an https URL"),
        ({"PROJECT_URL": "https://me@app.example/"}, "PROJECT_URL must be an https URL"),
        ({"PROJECT_URL": "https://app.example/{name}"}, "PROJECT_URL must be an https URL"),
        ({"EXPORT_DAYS": "many"}, "EXPORT_DAYS cannot be read: many"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL "),
        ({"PACKING_LEASE_SECONDS": "long"}, "PACKING_LEASE_SECONDS cannot be read: long"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES cannot be read: one"),
        ({"DEBUG": "1"}, "DEBUG is for the demo profile only"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS has a key of less than 50"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN is too short"),
        ({"SENTRY_DSN": "https://sentry.example/1"}, "SENTRY_DSN cannot be read: see"),
        ({"SENTRY_DSN": "https://key@sentry.example/shop"}, "SENTRY_DSN cannot be read: see"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"},
            "OTEL_EXPORTER_OTLP_ENDPOINT cannot be read: collector:4318",
        ),
        ({"SECURITY_CONTACT": "nobody"}, "SECURITY_CONTACT cannot be read: nobody"),
        ({"SECURITY_POLICY_URL": "/rules"}, "SECURITY_POLICY_URL must be an https URL."),
        ({"FACTOR_KEY": "short"}, "FACTOR_KEY and its fallbacks need at least 50 random"),
        ({"FACTOR_KEY_FALLBACKS": "short"}, "FACTOR_KEY and its fallbacks need at least 50"),
        (
            {"FACTOR_KEY": PRODUCTION["SECRET_KEY"]},
            "FACTOR_KEY must be another key than SECRET_KEY.",
        ),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be json or plain, not xml."),
        ({"BROKER": "rabbit"}, "BROKER must be database or redis, not rabbit."),
        ({"BROKER": "redis"}, "BROKER=redis needs REDIS_URL."),
        ({"RATE_LIMIT_APPLICATION": "50"}, "RATE_LIMIT_APPLICATION cannot be read: 50"),
        ({"RATE_LIMIT_ANONYMOUS": "0/5"}, "RATE_LIMIT_ANONYMOUS cannot be read: 0/5"),
        ({"RATE_LIMIT_ORDERS": "1/0/5"}, "RATE_LIMIT_ORDERS cannot be read: 1/0/5"),
        ({"RATE_LIMIT_LINKS": "5/0"}, "RATE_LIMIT_LINKS cannot be read: 5/0"),
        ({"RATE_LIMIT_CODES": "5/1.5"}, "RATE_LIMIT_CODES cannot be read: 5/1.5"),
    ],
)
def test_start_with_an_unsafe_setting_ends_with_one_sentence(
    tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    result = manage(tmp_path, "check", **PRODUCTION | change)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith(sentence)
    assert result.stderr.count("\n") == 1


LIMITS = """
import json
from django.conf import settings
packing = settings.WORKER_CLUSTERS["packing"]
print(json.dumps([settings.PACKING_LEASE_SECONDS, packing["frozen_after"], packing["timeout"]]))
"""


@pytest.mark.parametrize(("seconds", "limits"), [("3", [30, 5, 87]), ("40", [80, 42, 420])])
def test_limits_of_the_worker_lie_above_its_longest_step(
    tmp_path: Path, seconds: str, limits: list[int]
) -> None:
    given = PRODUCTION | {"PACKING_STEP_SECONDS": seconds}
    result = manage(tmp_path, "shell", "-v0", "-c", LIMITS, **given)
    assert json.loads(result.stdout) == limits


def test_rate_limits_are_set_by_calls_a_second_and_burst(tmp_path: Path) -> None:
    script = (
        "import json; from django.conf import settings; print(json.dumps(settings.RATE_LIMITS))"
    )
    given = PRODUCTION | {"RATE_LIMIT_APPLICATION": "2.5/100", "RATE_LIMIT_CODES": "60/3600/7"}
    result = manage(tmp_path, "shell", "-v0", "-c", script, **given)
    assert json.loads(result.stdout) == {
        "application": [2.5, 100],
        "anonymous": [20, 200],
        "orders": [20 / 3600, 20],
        "links": [20 / 3600, 20],
        "declarations": [60 / 3600, 60],
        "contact": [10 / 3600, 10],
        "codes": [1 / 60, 7],
    }


@pytest.mark.parametrize(
    ("given", "steps"),
    [
        ("shop.packing.steps.client,acme.pay", ["approval", "client", "pay"]),
        ("acme.pay,shop.packing.steps.approval", ["pay", "approval"]),
    ],
)
def test_approval_of_manual_tiers_cannot_be_left_out(
    tmp_path: Path, given: str, steps: list[str]
) -> None:
    script = "from django.conf import settings; print(*settings.PACKING_STEPS)"
    result = manage(tmp_path, "shell", "-v0", "-c", script, **PRODUCTION, PACKING_STEPS=given)
    assert [path.rpartition(".")[2] for path in result.stdout.split()] == steps


def test_lease_below_the_longest_step_stops_the_worker(tmp_path: Path) -> None:
    given = PRODUCTION | {"PACKING_STEP_SECONDS": "40", "PACKING_LEASE_SECONDS": "30"}
    result = manage(tmp_path, "worker", **given)
    assert result.returncode == 1
    assert "PACKING_LEASE_SECONDS must not be below PACKING_STEP_SECONDS." in result.stderr


def test_start_with_safe_settings_passes_djangos_own_deployment_checks(tmp_path: Path) -> None:
    given = PRODUCTION | {
        "SECRET_KEY_FALLBACKS": PRODUCTION["SECRET_KEY"][::-1],
        "METRICS_TOKEN": "m" * 20,
        "FACTOR_KEY": "f" * 50,
    }
    result = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **given)
    assert result.returncode == 0, result.stderr


def test_demo_data_is_refused_outside_the_demo(tmp_path: Path) -> None:
    result = manage(tmp_path, "demo_data", **PRODUCTION)
    assert result.returncode == 1
    assert (
        result.stderr == "CommandError: Demo data is for the demo profile: start it with DEMO=1.\n"
    )


def test_migrations_are_complete(tmp_path: Path) -> None:
    result = manage(tmp_path, "makemigrations", "--check", "--dry-run", **PRODUCTION)
    assert result.returncode == 0, result.stdout


def modes(directory: Path) -> dict[str, str]:
    """The permissions of a directory and of the files in it."""
    found = [directory, *(path for path in directory.iterdir() if path.is_file())]
    return {path.name: oct(path.stat().st_mode & 0o777) for path in found}


@pytest.mark.long
def test_files_are_the_shops_alone(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "var"
    manage(directory, "migrate", DEMO="1")
    found = modes(directory)
    assert found.pop("var") == "0o700"
    assert {"shop.sqlite3", "demo-secret-key"} <= set(found)
    assert set(found.values()) == {"0o600"}


def test_files_of_an_earlier_version_are_tightened_at_the_start(tmp_path: Path) -> None:
    directory, outside = tmp_path / "var", tmp_path / "outside.sqlite3"
    directory.mkdir(mode=0o755)
    database = directory / "shop.sqlite3"
    for path in (database, outside):
        path.touch()
        path.chmod(0o644)
    directory.chmod(0o755)
    manage(directory, "check", DEMO="1")
    assert modes(directory)["var"] == "0o700"
    assert modes(directory)["shop.sqlite3"] == "0o600"
    manage(directory, "check", DEMO="1", DATABASE_URL=f"sqlite:///{outside}")
    assert oct(outside.stat().st_mode & 0o777) == "0o600"


def test_directory_that_everybody_shares_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    manage(tmp_path, "check", DEMO="1")
    assert tmp_path.stat().st_mode & 0o7777 == 0o1777


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("Slate <no-reply@straße.example>", "Slate <no-reply@xn--strae-oqa.example>"),
        ("no-reply@shop.example", "Slate <no-reply@shop.example>"),
    ],
)
def test_sender_of_mails_has_a_name_and_its_domain_in_ascii(
    tmp_path: Path, given: str, sender: str
) -> None:
    code = "from django.conf import settings; print(settings.DEFAULT_FROM_EMAIL)"
    result = manage(tmp_path, "shell", "-v0", "-c", code, **PRODUCTION, MAIL_FROM=given)
    assert result.stdout.strip() == sender
