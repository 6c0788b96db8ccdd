"""The commands say in one sentence why they cannot start."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)


def call(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "VAR_DIR") if name in os.environ}
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return call(sys.executable, "manage.py", *arguments, **environment)


def last_line(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.strip().splitlines()
    return line


SAFE = {
    "SECRET_KEY": "k" * 50,
    "BASE_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example",
    "EMAIL_URL": "smtp://mail.example:25",
}


@pytest.mark.parametrize("name", SAFE)
def test_outside_the_demo_a_missing_setting_is_named_in_one_sentence(name: str) -> None:
    given = {key: value for key, value in SAFE.items() if key != name}
    assert last_line(manage("check", **given)).startswith(f"{name} is not set.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("BASE_URL", "http://shop.example"),
        ("ALLOWED_HOSTS", "*"),
        ("DEBUG", "1"),
    ],
)
def test_outside_the_demo_an_unsafe_setting_stops_the_start(name: str, value: str) -> None:
    assert name in last_line(manage("check", **{**SAFE, name: value}))


def test_safe_settings_start() -> None:
    result = manage("check", **SAFE)
    assert result.returncode == 0, result.stderr


def test_run_is_for_the_demo_only() -> None:
    assert "make run" in last_line(manage("run", **SAFE))


def test_a_port_that_is_taken_is_named_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} " in last_line(manage("run", DEMO="1", PORT=port))


def test_a_port_that_is_none_is_refused() -> None:
    assert "PORT" in last_line(manage("run", DEMO="1", PORT="eighty"))


def test_make_lists_its_targets() -> None:
    listed = call("make").stdout
    for target in ("run", "test", "lint", "format", "bench", "faults", "schema", "lock"):
        assert f"make {target} " in listed
