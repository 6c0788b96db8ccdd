"""The settings that the code reads, those in the docs, and those in the files of a deployment agree."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.operations.proxies import DEPLOY

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
# The demo's own, which production neither needs nor takes.
DEMO = {"BIND", "DEBUG", "DEMO", "PORT"}
READERS = {"read", "required", "period"}
# Of the container image alone, or of a program beside the shop.
FOREIGN = {
    *("PATH", "PYTHONDONTWRITEBYTECODE"),
    *("POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "SHOP_HOST", "SHOP_WEB"),
}


def names_read(text: str) -> set[str]:
    """The environment variables that Python code reads by name."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        first, function = node.args[0], node.func
        name = first.value if isinstance(first, ast.Constant) else None
        if not (isinstance(name, str) and re.fullmatch(r"[A-Z][A-Z_]+", name)):
            continue
        called = ast.unparse(function)
        if called in READERS or called.startswith(("env.", "os.environ.get", "os.getenv")):
            found.add(name)
    return found


def read_by_code() -> set[str]:
    """The environment variables that the shop reads."""
    paths = [path for room in ("shop", "portal") for path in (ROOT / room).rglob("*.py")]
    found = set()
    for path in paths:
        found |= names_read(path.read_text(encoding="utf-8"))
    return found - {"DJANGO_SETTINGS_MODULE"}


def in_docs() -> set[str]:
    """The environment variables in the tables of the docs."""
    found: set[str] = set()
    for path in (ROOT / "docs").rglob("*.md"):
        table = False
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("| variable |"):
                table = True
            elif not line.startswith("|"):
                table = False
            elif table:
                found |= set(re.findall(r"`([A-Z][A-Z_]+)`", line.split("|")[1]))
    return found


def in_compose() -> set[str]:
    """The environment variables that compose.yaml sets."""
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return {
        name for service in compose["services"].values() for name in service.get("environment", {})
    }


def in_manifests() -> set[str]:
    """The environment variables that the manifests set."""
    text = (DEPLOY / "kubernetes" / "settings.yaml").read_text(encoding="utf-8")
    return set(yaml.safe_load(text)["data"])


def in_example() -> set[str]:
    """The environment variables in the example of an environment file, also those set aside."""
    text = (DEPLOY / "slate.env").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))


def in_image() -> set[str]:
    """The environment variables that the image sets."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith("ENV "))
    return set(re.findall(r"([A-Z_]+)=", line))


def unknown(names: set[str]) -> set[str]:
    """The names that the shop does not read, neither as values nor as files that hold them."""
    known = read_by_code() | FOREIGN
    return {name for name in names if name not in known and name.removesuffix("_FILE") not in known}


def test_reader_finds_names_however_they_are_read() -> None:
    text = (
        'a = env.str("A_", default=""); b = read("B_", env.int, 1); c = required("C_")\n'
        'd = os.environ.get("D_"); e = other("E_"); f = env.list("F_"); g = read("g", 1)'
    )
    assert names_read(text) == {"A_", "B_", "C_", "D_", "F_"}


def test_every_setting_is_documented() -> None:
    code = read_by_code()
    assert {"SECRET_KEY", "DATABASE_URL", "RATE_LIMIT_CODES", "MAILS_A_DAY"} <= code
    assert code - DEMO - in_docs() == set()


def test_every_documented_setting_exists() -> None:
    assert "SECRET_KEY" in in_docs()
    assert unknown(in_docs()) == set()


@pytest.mark.parametrize("names", [in_compose, in_manifests, in_example, in_image])
def test_every_setting_of_a_deployment_exists(names: object) -> None:
    assert callable(names)
    found = names()
    assert found
    assert unknown(found) == set()


def test_name_that_nobody_reads_is_found() -> None:
    assert unknown({"SECRET_KEY", "SECRET_KEY_FILE", "SECRET_KEYS"}) == {"SECRET_KEYS"}
