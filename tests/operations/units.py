"""The shipped units of systemd."""

import re
import shlex
from pathlib import Path
from string import Template

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "deploy" / "systemd"


def unit_command(name: str, setting: str = "ExecStart", **given: str) -> list[str]:
    """The words of a unit's ExecStart, or of another setting, after `/usr/bin/env`.

    `given` are variables, in place of those of the unit.
    """
    text = (FOLDER / name).read_text(encoding="utf-8").replace("\\\n", " ")
    variables = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
    line = next(line for line in text.splitlines() if line.startswith(f"{setting}="))
    command = Template(line).substitute(variables, **given)
    return shlex.split(command.removeprefix(f"{setting}=/usr/bin/env "))
