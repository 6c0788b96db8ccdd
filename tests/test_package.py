"""The wheel, installed beside nothing but the locked packages, is the whole shop."""

import os
import sqlite3
import subprocess
import sys
import sysconfig
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import psutil
import pytest
from django.conf import settings
from django.db import connection

from tests.ports import free_port
from tests.releases import version
from tests.waiting import slowness, wait_for

pytestmark = [pytest.mark.long, pytest.mark.once]


def build(kind: str, source: Path, target: Path) -> Path:
    """Build a wheel or an sdist from `source` without network; return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "-d", str(target)]
    moment = {"SOURCE_DATE_EPOCH": "1767225600"}
    subprocess.run(command, cwd=source, env=os.environ | moment, check=True, capture_output=True)
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build("wheel", settings.BASE_DIR, tmp_path_factory.mktemp("wheel"))


class Installed:
    """The shop in an environment of its own, run from an empty directory."""

    def __init__(self, home: Path, wheel: Path) -> None:
        self.bin = home / "venv" / "bin"
        self.empty = home / "empty"
        self.empty.mkdir()
        self.database = home / "var" / "shop.sqlite3"
        self.variables = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "DEMO": "1",
            "VAR_DIR": str(home / "var"),
        }
        venv.create(home / "venv")
        python = str(self.bin / "python")
        # The locked packages, as if they were installed here, too.
        packages = self.output(python, "-c", "import sysconfig as s; print(s.get_path('purelib'))")
        shared = sysconfig.get_path("purelib")
        Path(packages.strip(), "locked.pth").write_text(f"{shared}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
        self.output(*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel))

    def output(self, *command: str, **variables: str) -> str:
        """The output of a command that succeeds."""
        done = subprocess.run(
            command,
            cwd=self.empty,
            env=self.variables | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *command: str) -> psutil.Popen:
        """Start a command that goes on."""
        return psutil.Popen(command, cwd=self.empty, env=self.variables)


@pytest.fixture(scope="module")
def without_rows(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The shop, installed, with static files and an empty database."""
    shop = Installed(tmp_path_factory.mktemp("installed"), wheel)
    shop.output("shop-manage", "collectstatic", "--no-input")
    return shop


@pytest.fixture
def installed(without_rows: Installed, db: None) -> Installed:
    """The same with a copy of the tests' database: to migrate one takes long."""
    # By a connection of its own: that of the test is in a transaction, which a copy would wait for.
    source = sqlite3.connect(connection.settings_dict["NAME"])
    with closing(source), closing(sqlite3.connect(without_rows.database)) as copy:
        source.backup(copy)
    return without_rows


@pytest.fixture
def web(installed: Installed) -> Iterator[str]:
    """The address of the installed shop's web server."""
    port = str(free_port())
    python = str(installed.bin / "python")
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", port)
    server = installed.start(python, "-m", "granian", *options, "shop.wsgi:application")
    try:
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(30 * slowness())


def page(address: str, language: str) -> str:
    """A page in a language; "503" and the like for another status, nothing without an answer."""
    request = urllib.request.Request(address, headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return ""


def test_wheel_holds_catalogues_and_no_sources_of_them(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    assert "shop/resources/locale/de/LC_MESSAGES/django.mo" in names
    assert "shop/resources/templates/base.html" in names
    assert {name.partition("/")[0] for name in names} == {
        "shop",
        "portal",
        f"slate_shop-{version()}.dist-info",
    }
    assert not [name for name in names if name.endswith((".po", ".pyc"))]


def test_two_builds_are_identical(wheel: Path, tmp_path: Path) -> None:
    assert build("wheel", settings.BASE_DIR, tmp_path).read_bytes() == wheel.read_bytes()


def test_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", settings.BASE_DIR, tmp_path)
    subprocess.run(["tar", "-xf", sdist, "-C", tmp_path], check=True)
    source = tmp_path / f"slate_shop-{version()}"
    assert build("wheel", source, tmp_path).read_bytes() == wheel.read_bytes()


def test_installed_shop_passes_its_checks_from_any_directory(installed: Installed) -> None:
    installed.output("shop-manage", "migrate", "--check")  # all migrations are there; runs checks
    places = "from django.conf import settings; print(settings.BASE_DIR, settings.STATIC_ROOT)"
    base, static = installed.output("shop-manage", "shell", "-v0", "-c", places).split()
    assert Path(base).is_relative_to(installed.bin.parent)
    assert (Path(static) / "staticfiles.json").exists()
    assert list(installed.empty.iterdir()) == []


def test_installed_shop_needs_a_directory_to_write_to(without_rows: Installed) -> None:
    command = [str(without_rows.bin / "shop-manage"), "check"]
    done = subprocess.run(
        command,
        env={"DEMO": "1"},
        cwd=without_rows.empty,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "VAR_DIR is not set. Name the directory for the shop's files.\n"


def test_installed_shop_serves_both_languages_and_its_worker_starts(
    installed: Installed, web: str
) -> None:
    assert wait_for(lambda: "Choose M" in page(web, "en"), 60)
    assert "im Monat" in page(web, "de")
    assert page(f"{web}/readyz", "en") == "503"  # no worker yet
    worker = installed.start(str(installed.bin / "shop-manage"), "worker")
    try:
        assert wait_for(lambda: page(f"{web}/readyz", "en") == "ok", 60)
    finally:
        worker.terminate()
        assert worker.wait(30 * slowness()) == 0
