"""The whole shop in processes of its own, as `make run` starts it, for a browser to visit."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from tests.migrated_database import copy_migrated_file
from tests.ports import free_port
from tests.waiting import slowness, wait_for


@contextmanager
def running_shop(directory: Path, *, until: str = "readyz", **environment: str) -> Iterator[str]:
    """The shop's address for as long as the block runs, from when `until` answers 200.

    Its files lie in `directory`. Its database is migrated when it starts.
    """
    database = directory / "shop.sqlite3"
    if not database.exists():
        copy_migrated_file(database)
    port = int(environment.get("PORT") or free_port())
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "DEMO": "1",
        "VAR_DIR": str(directory),
        "PORT": str(port),
        **environment,
    }
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    with (directory / "shop.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, manage, "run"], env=variables, stdout=log, stderr=log
        )
        try:
            address = f"http://localhost:{port}"
            wait_until_ready(f"{address}/{until}", process, log)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(40 * slowness())


def wait_until_ready(address: str, process: subprocess.Popen[bytes], log: IO[str]) -> None:
    """Wait for the first answer; fail with what the shop printed."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(address, timeout=60):
                return True
        except OSError:
            return False

    wait_for(lambda: process.poll() is not None or answers(), 60)
    if not answers():
        log.seek(0)
        raise AssertionError(f"The shop did not start:\n{log.read()}")


def run_in_shop(variables: dict[str, str], code: str) -> None:
    """Run Python code on the database of a running shop, whose environment is `variables`."""
    manage = str(Path(settings.BASE_DIR) / "manage.py")
    environment = {**os.environ, "DEMO": "1", **variables}
    subprocess.run(
        [sys.executable, manage, "shell", "-c", code],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
