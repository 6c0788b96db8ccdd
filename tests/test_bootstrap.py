"""The environment that bootstrap.py creates, and when it creates it anew."""

import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

import bootstrap

pytestmark = pytest.mark.once


def is_usable(environment: Path) -> bool:
    """Return whether bootstrap.py would keep the environment."""
    python = environment / "bin" / "python"
    return subprocess.run([python, "-c", bootstrap.USABLE], check=False).returncode == 0


def test_environment_of_a_python_that_was_replaced_is_created_anew(tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=False)
    assert is_usable(tmp_path)
    # As if the system's Python, to which it links, were of another version now.
    library = Path(sysconfig.get_path("purelib", "venv", {"base": str(tmp_path)})).parent
    library.rename(library.with_name("python3.0"))
    assert not is_usable(tmp_path)
