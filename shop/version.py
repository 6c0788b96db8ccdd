"""The shop's version: of a checkout, or of the installed package."""

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "slate-shop"
PROJECT_FILE = Path(__file__).resolve().parent.parent / "pyproject.toml"


@cache
def version() -> str:
    """Return the version that this process runs, such as "1.8.0"; "?" if it cannot be told.

    Read once: a process goes on as the version that it started as, whatever lies on the disk.
    """
    return _of_checkout() or _of_package() or "?"


def _of_checkout() -> str:
    if not PROJECT_FILE.exists():
        return ""
    project: dict[str, str] = tomllib.loads(PROJECT_FILE.read_text())["project"]
    # Beside an installed package may lie the file of somebody else.
    return project["version"] if project["name"] == DISTRIBUTION else ""


def _of_package() -> str:
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return ""
