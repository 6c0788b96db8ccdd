"""Settings from files, and what no error may show: the values of secrets."""

import json
import os
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, get_default_exception_reporter_filter
from pytest_django import Settings

from shop.env import Variables
from tests.test_settings import PRODUCTION, manage

pytestmark = pytest.mark.once

KEY = "$a-key-with-a-dollar-in-front,and-a-comma-and-\\$-in-the-middle-of-it"
PASSWORD = "hunter2"
SHOW = """
import json
from django.conf import settings as s
print(json.dumps([s.SECRET_KEY, s.SECRET_KEY_FALLBACKS, s.EMAIL_HOST_PASSWORD,
    s.DATABASES["default"]["PASSWORD"], s.REDIS_URL, s.METRICS_TOKEN, s.MAILS_A_DAY,
    s.OTEL_EXPORTER_OTLP_HEADERS]))
"""


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in PRODUCTION.items() if name not in names}


def test_any_setting_comes_from_the_file_that_name_file_names(tmp_path: Path) -> None:
    old_key = "k" * 50
    values = {
        "SECRET_KEY": KEY,
        "SECRET_KEY_FALLBACKS": old_key,
        "EMAIL_URL": f"smtp://me:{PASSWORD}@mail.example:25",
        "DATABASE_URL": f"postgres://me:{PASSWORD}@db.example/shop",
        "REDIS_URL": f"redis://:{PASSWORD}@redis.example/1",
        "METRICS_TOKEN": "m" * 20,
        "MAILS_A_DAY": "7",
        "OTEL_EXPORTER_OTLP_HEADERS": f"Authorization=Basic%20{PASSWORD}==, X-Team=$hop",
    }
    files = {}
    for name, value in values.items():
        file = tmp_path / name.lower()
        file.write_text(f"{value}\n")
        files[f"{name}_FILE"] = str(file)
    result = manage(tmp_path, "shell", "-v0", "-c", SHOW, **without(*values), **files)
    assert result.stderr == ""
    assert json.loads(result.stdout) == [
        KEY, [old_key], PASSWORD, PASSWORD, values["REDIS_URL"], "m" * 20, 7,
        {"Authorization": f"Basic {PASSWORD}==", "X-Team": "$hop"},
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_one_line_end_is_stripped_from_a_file_and_no_other_blank(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(f" a b \n{ending}".encode())
    monkeypatch.setenv("SOMETHING_FILE", str(file))
    expected = " a b \n" if ending else " a b "
    assert Variables()["SOMETHING"] == expected


def test_name_of_a_file_that_is_empty_leaves_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in the drill of a restore, where a deployment names a file.
    monkeypatch.setenv("SOMETHING", "given")
    monkeypatch.setenv("SOMETHING_FILE", "")
    assert Variables()["SOMETHING"] == "given"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"SECRET_KEY": KEY, "SECRET_KEY_FILE": "{dir}/key"},
            "SECRET_KEY and SECRET_KEY_FILE are both set. Keep one of them.",
        ),
        (
            {"SECRET_KEY_FILE": "{dir}/missing"},
            "SECRET_KEY_FILE names a file that cannot be read: {dir}/missing (No such file or directory).",
        ),
        (
            {"SECRET_KEY_FILE": "{dir}"},
            "SECRET_KEY_FILE names a file that cannot be read: {dir} (Is a directory).",
        ),
        (
            {"SECRET_KEY_FILE": "{dir}/binary"},
            "SECRET_KEY_FILE names a file that is no UTF-8 text: {dir}/binary.",
        ),
        ({"SECRET_KEY_FILE": "{dir}/empty"}, "SECRET_KEY is not set."),
        (
            {"SECRET_KEY": KEY, "MAILS_A_DAY_FILE": "{dir}/key"},
            "MAILS_A_DAY cannot be read: see docs/operators/settings.md. Its value is not shown",
        ),
    ],
)
def test_file_that_is_of_no_use_ends_the_start_with_one_sentence(
    given: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text("\n")
    variables = {name: value.replace("{dir}", str(tmp_path)) for name, value in given.items()}
    result = manage(tmp_path, "check", **without("SECRET_KEY"), **variables)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(sentence.replace("{dir}", str(tmp_path)))
    assert result.stderr.count("\n") == 1
    assert KEY not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMAIL_URL", f"smtp//me:{PASSWORD}@mail.example:25"),
        ("EMAIL_URL", f"smtp://me:{PASSWORD}@mail.example:port"),
        ("EMAIL_URL", f"smtps://me:{PASSWORD}@mail.example:465"),
        ("DATABASE_URL", f"postgres://me:{PASSWORD}@db.example:port/shop"),
        ("DATABASE_URL", f"mongo://me:{PASSWORD}@db.example/shop"),
        # A password with characters that are to be quoted: what follows `#` or `/` is no port.
        ("REDIS_URL", f"redis://:{PASSWORD}/more@redis.example"),
        ("REDIS_URL", f"{PASSWORD}@redis.example"),
        ("OTEL_EXPORTER_OTLP_HEADERS", PASSWORD),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", f"Authorization={PASSWORD}%0A"),
        ("INVOICE_STORAGE_OPTIONS", f'{{"secret_key": "{PASSWORD}"'),
        ("METRICS_TOKEN", f"{'m' * 20},{PASSWORD}"),
        ("SECRET_KEY", PASSWORD),
        ("SECRET_KEY_FALLBACKS", PASSWORD),
    ],
)
def test_setting_that_is_wrong_never_shows_its_secret(
    name: str, value: str, tmp_path: Path
) -> None:
    result = manage(tmp_path, "check", **PRODUCTION | {name: value})
    assert result.returncode == 1
    assert result.stderr.startswith(f"{name} ")
    assert result.stderr.count("\n") == 1
    assert PASSWORD not in result.stderr + result.stdout


def test_error_report_of_django_shows_no_secret(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = f"redis://:{PASSWORD}@redis.example/1"
    monkeypatch.setitem(os.environ, "EMAIL_URL", f"smtp://me:{PASSWORD}@mail.example")
    request = RequestFactory().get("/")
    request.META.update(os.environ)  # as Django's own server does
    report = ExceptionReporter(request, None, None, None)
    shown = get_default_exception_reporter_filter().get_safe_settings()
    assert shown["REDIS_URL"] == "********************"
    assert shown["SHOP_NAME"] == "Slate"
    assert "redis.example" not in report.get_traceback_html()
    assert "mail.example" not in report.get_traceback_html()
