"""`make run`, without make: one terminal with web server and worker, and nothing left behind."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests.ports import free_port
from tests.waiting import slowness, wait_for
from tests.worker.test_supervisor import gone

pytestmark = [pytest.mark.long, pytest.mark.once]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory for all starts: the second finds it filled."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def runner(var: Path, port: int) -> Iterator[psutil.Process]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "DEMO": "1", "VAR_DIR": str(var), "PORT": str(port)}
    command = [sys.executable, "manage.py", "run"]
    started = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    process = psutil.Process(started.pid)
    try:
        assert wait_for(lambda: answers(port), 60)
        # A web server with two processes; the pool with two helpers and five workers.
        assert wait_for(lambda: len(process.children(recursive=True)) == 11, 30)
        yield process
    finally:
        if started.poll() is None:
            started.terminate()
            started.wait(30 * slowness())


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/livez", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(runner: psutil.Process, number: signal.Signals) -> None:
    below = runner.children(recursive=True)
    runner.send_signal(number)
    assert runner.wait(20 * slowness()) == 0
    assert gone(below)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends orphans for us")
def test_killed_it_leaves_no_process_behind(runner: psutil.Process) -> None:
    below = runner.children(recursive=True)
    runner.kill()
    assert wait_for(lambda: gone(below), 10)


def test_a_web_server_that_dies_is_started_again(runner: psutil.Process, port: int) -> None:
    server = next(child for child in runner.children() if child.name() == "shop-web")
    server.kill()
    assert wait_for(lambda: gone([server]) and answers(port), 15)
