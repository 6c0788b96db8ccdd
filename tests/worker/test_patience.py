"""The supervisor waits for the database for seconds only; what it starts waits as usual."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from shop.worker.supervisor import PATIENCE, wait_briefly
from tests.ports import free_port


@pytest.mark.django_db(transaction=True)
def test_processes_of_a_supervisor_that_waits_briefly_wait_as_usual() -> None:
    options = connection.settings_dict["OPTIONS"]
    usual = {**options}
    told, tell = os.pipe()
    try:
        wait_briefly()
        assert PATIENCE in options.values()
        child = os.fork()
        if not child:
            os.write(tell, b"y" if options == usual else b"n")
            os._exit(0)
        os.waitpid(child, 0)
    finally:
        options.clear()
        options.update(usual)
    assert os.read(told, 1) == b"y"


@pytest.mark.once
def test_worker_that_starts_while_the_database_is_away_waits_for_it(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    url = f"postgres://shop@127.0.0.1:{free_port()}/shop"
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=settings.BASE_DIR,
        env={**kept, "DEMO": "1", "VAR_DIR": str(tmp_path), "DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )
    with worker:
        assert worker.stderr
        said = next((line for line in worker.stderr if "The database is" in line), "")
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read()
    assert "The database is away" in said, rest
    assert worker.returncode == 0
