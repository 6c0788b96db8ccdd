"""The shipped units of systemd."""

import shlex
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "deploy" / "systemd"


def unit_command(name: str) -> list[str]:
    """The words of a unit's ExecStart, from the path of Python on."""
    text = (FOLDER / name).read_text(encoding="utf-8").replace("\\\n", " ")
    line = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart=/usr/bin/env "))
