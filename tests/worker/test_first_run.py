"""The first `make run` in a fresh clone, where nothing is compiled, collected or migrated yet."""

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.ports import free_port
from tests.waiting import slowness, wait_for

pytestmark = [pytest.mark.long, pytest.mark.once]

NOT_CLONED = shutil.ignore_patterns("*.mo", "__pycache__", "var")
CLONED = ("shop", "portal", "templates", "static", "locale")


def start_page(port: int, language: str) -> str:
    url = f"http://localhost:{port}/"
    request = urllib.request.Request(url, headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def test_first_start_shows_each_language_in_its_own_words(tmp_path: Path) -> None:
    for folder in CLONED:
        shutil.copytree(settings.BASE_DIR / folder, tmp_path / folder, ignore=NOT_CLONED)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "DEMO": "1", "VAR_DIR": str(tmp_path / "var"), "PORT": str(port)}
    command = [sys.executable, "manage.py", "run"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment)
    try:
        assert wait_for(lambda: "Choose M" in start_page(port, "en"), 60)
        german = start_page(port, "de")
    finally:
        process.terminate()
        process.wait(30 * slowness())
    assert "Choose M" not in german
    assert "im Monat" in german
