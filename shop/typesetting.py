"""Typesetting in another process: what it loads takes 70 MB that no process of the shop should keep."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any

from django.conf import settings

BEAT_EVERY = 1.0  # second


class TypesettingError(Exception):
    """Something could not be typeset; the text says why."""


def run_apart(module: str, request: object, *, seconds: float, beat: Callable[[], None]) -> Any:
    """Run `python -m module` with `request` as JSON; return its answer, which is JSON, too.

    Calls `beat` while the process works, so that the worker does not count as frozen. Takes a
    second to start, so call it with no transaction open. Raises TypesettingError if the process
    fails or takes longer than `seconds`.
    """
    try:
        return json.loads(_run(module, json.dumps(request).encode(), seconds, beat))
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or b""
        raise TypesettingError(f"{error} {said.decode(errors='replace')[-1000:]}") from error


def font_folders(template: str) -> list[str]:
    """Return the folders of typefaces: that of Source Sans, and `fonts` beside the template."""
    package = find_spec("font_source_sans_pro")
    found = package.submodule_search_locations if package else None
    own = Path(template).parent / "fonts"
    return [f"{folder}/files" for folder in found or []] + ([str(own)] if own.is_dir() else [])


def _run(module: str, request: bytes, seconds: float, beat: Callable[[], None]) -> bytes:
    command, until = [sys.executable, "-m", module], monotonic() + seconds
    # By a file: once `communicate` was interrupted it sends no more of what a pipe does not hold.
    with (
        TemporaryFile() as given,
        subprocess.Popen(
            command, stdin=_filled(given, request), stdout=PIPE, stderr=PIPE, cwd=settings.BASE_DIR
        ) as process,
    ):
        try:
            while True:
                try:
                    output, said = process.communicate(timeout=BEAT_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    if monotonic() > until:
                        raise
                    beat()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output, said)
    return output


def _filled(file: IO[bytes], content: bytes) -> IO[bytes]:
    file.write(content)
    file.seek(0)
    return file
