"""Creates .venv from a lock file: `python3 bootstrap.py requirements.txt`.

Runs on a machine that has nothing but Python. A second call finds all in place and does nothing.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
# A line a lock file that is installed: its name and its hash.
STAMP = VENV / "installed.txt"
# Fails in an environment of another Python, too: an upgrade of the system may put one in its place,
# which then looks for the packages where they are not.
USABLE = (
    "import os, sys, sysconfig; "
    "sys.exit(sys.version_info < (3, 11) or not os.path.isdir(sysconfig.get_path('purelib')))"
)
# The developers' lock file holds all of the other.
ALSO = {"requirements-dev.txt": ["requirements.txt"]}


def line(name: str) -> str:
    """The line of STAMP that says that a lock file is installed."""
    return f"{name} {hashlib.sha256((HERE / name).read_bytes()).hexdigest()}"


def works(*arguments: str) -> bool:
    """True if the environment's Python runs this; it breaks when the system's is replaced."""
    try:
        done = subprocess.run([PYTHON, *arguments], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def create(uv: str | None) -> None:
    """Create the environment, replacing an old one."""
    if uv:
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV))
    elif importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python's venv module is missing: install the package python3-venv.")
    else:
        run(sys.executable, "-m", "venv", "--clear", str(VENV))


def install(uv: str | None, name: str) -> None:
    """Install a lock file, which names every package, and refuse any other hash."""
    command = (str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check")
    if uv:
        command = (uv, "pip", "install", "--python", str(PYTHON))
    elif not works("-m", "pip", "--version"):
        run(str(PYTHON), "-m", "ensurepip")
    run(*command, "--quiet", "--no-deps", "--require-hashes", "-r", str(HERE / name))


def run(*command: str) -> None:
    """Run a command; exit if it fails, after its own output."""
    code = subprocess.run(command, check=False).returncode
    if code:
        sys.exit(f"This failed: {' '.join(command)}")


def main() -> None:
    """Bring the environment up to date with the lock files that are named."""
    uv = shutil.which("uv")
    if not works("-c", USABLE):
        create(uv)
    installed = set(STAMP.read_text().splitlines()) if STAMP.exists() else set()
    for name in sys.argv[1:]:
        if line(name) in installed:
            continue
        print(f"Installing {name} …", flush=True)
        STAMP.unlink(missing_ok=True)  # until it is done
        install(uv, name)
        names = {name, *ALSO.get(name, [])}
        installed = {entry for entry in installed if entry.split()[0] not in names}
        installed |= {line(each) for each in names}
        STAMP.write_text("\n".join(sorted(installed)) + "\n")


if __name__ == "__main__":
    main()
