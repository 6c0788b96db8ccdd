"""`make firefox`: order, join and open the portal in Firefox, which the other tests do not know.

Mozilla's own driver gets an environment of its own in `var/firefox`. What cannot be had ends the run
with one sentence.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import axe_playwright_python

from tests.journey.shop import running_shop
from tests.prepare import install

HERE = Path(__file__).parent
DIRECTORY = HERE.parents[1] / "var" / "firefox"
PYTHON = DIRECTORY / "python" / "bin" / "python"
DRIVER = "marionette-driver==3.7.1"
BROWSERS = ("firefox-esr", "firefox")
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"


def firefox() -> str | None:
    """The path of the browser, if it is installed."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def get_firefox() -> str:
    """The path of the browser, which is installed if need be."""
    if not firefox():
        install("firefox-esr")
    return firefox() or sys.exit("Firefox is needed, and could not be installed: install it.")


def get_driver() -> None:
    """Install what drives Firefox."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", DIRECTORY / "python"], check=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", DRIVER], check=True)


def main() -> None:
    """Run the journey on a shop of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    browser = get_firefox()
    get_driver()
    with tempfile.TemporaryDirectory() as directory, running_shop(Path(directory)) as shop:
        command = [*map(str, (PYTHON, HERE / "visit.py", browser, shop, AXE))]
        visit = subprocess.run(command, cwd=DIRECTORY, check=False)  # the browser logs there
    sys.exit(visit.returncode)


if __name__ == "__main__":
    main()
