"""The version: of a checkout, of an installed package, and on the command line."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import django
import pytest
from django.conf import settings

from shop import version as shop_version
from shop.version import version

pytestmark = pytest.mark.once


def declared() -> str:
    project = Path(settings.BASE_DIR, "pyproject.toml").read_text()
    return str(tomllib.loads(project)["project"]["version"])


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The shop as a package called `slate-test`, version 9.8.7, in a folder of its own."""
    folder = tmp_path / "slate_test-9.8.7.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: slate-test\nVersion: 9.8.7\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(shop_version, "PROJECT_FILE", tmp_path / "pyproject.toml")
    monkeypatch.setattr(shop_version, "DISTRIBUTION", "slate-test")
    version.cache_clear()
    yield tmp_path
    version.cache_clear()


def test_version_of_a_checkout_is_that_of_its_project_file() -> None:
    assert version() == declared()


def test_version_of_an_installed_package_is_that_of_its_metadata(installed: Path) -> None:
    assert metadata.version("slate-test") == "9.8.7"
    assert version() == "9.8.7"


def test_project_file_of_another_package_is_not_believed(installed: Path) -> None:
    (installed / "pyproject.toml").write_text('[project]\nname = "other"\nversion = "3"\n')
    assert version() == "9.8.7"


def test_version_without_file_and_metadata_is_a_question_mark(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_version, "DISTRIBUTION", "no-such-package")
    assert version() == "?"


@pytest.mark.parametrize("argument", ["--version", "version"])
def test_command_line_says_the_shop_s_version_first(argument: str) -> None:
    # Without any setting: it must answer where nothing else works.
    done = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", argument],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    assert done.stdout == f"shop {declared()} (Django {django.get_version()})\n"
