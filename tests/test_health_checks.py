"""Health checks and metrics answer load balancers and Prometheus by IP address, without https."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from shop.operations.doctor import probe
from tests.pages import visitor
from tests.ports import free_port
from tests.test_settings import PRODUCTION
from tests.waiting import slowness, wait_for

pytestmark = pytest.mark.once

BALANCER = "10.1.2.3:8000"  # the Host of a request to an IP address


@pytest.fixture
def web(tmp_path: Path) -> Iterator[int]:
    """The port of a web process as deployments start it, on a database without tables."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port), "shop.wsgi:application"),
    ]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PRODUCTION}
    environment["METRICS_TOKEN"] = "m" * 40
    log = (tmp_path / "web.log").open("w+")
    process = subprocess.Popen(
        command, cwd=django_settings.BASE_DIR, env=environment, stdout=log, stderr=log
    )
    try:
        assert wait_for(lambda: answers(port), 30), (tmp_path / "web.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(20 * slowness())
        log.close()


def answers(port: int) -> bool:
    try:
        ask(port, "/livez", BALANCER)
    except OSError:
        return False
    return True


def ask(port: int, path: str, host: str) -> tuple[int, str, str]:
    """The status, the Location and the body of an answer to a plain http request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Location", ""), body


def test_balancer_and_prometheus_are_answered_and_everybody_else_is_refused(web: int) -> None:
    assert ask(web, "/livez", BALANCER) == (200, "", "ok")
    assert ask(web, "/readyz", BALANCER) == (503, "", "the database does not answer")
    assert ask(web, "/livez", "shop.example") == (200, "", "ok")
    for direct in ("web-1:8000", "[fd00::1]:8000", "localhost"):
        assert ask(web, "/livez", direct) == (200, "", "ok")
    assert ask(web, "/livez", "evil.example")[0] == 400
    assert ask(web, "/metrics", BALANCER) == (401, "", "METRICS_TOKEN is missing.")
    assert ask(web, "/", "shop.example")[:2] == (301, "https://shop.example/")
    assert ask(web, "/", BALANCER)[0] == 400
    assert ask(web, "/livez/", BALANCER)[0] == 400


def test_probe_answers_only_to_a_fresh_token(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    token, header = probe.new_token(), {"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}
    answer = visitor().get(f"/probe/{token}", headers=header)
    assert answer.json()["forwarded_for"] == ["192.0.2.1", "192.0.2.2"]
    assert answer.json()["client"] == "192.0.2.2"
    assert "no-store" in answer["Cache-Control"]
    assert visitor().get(f"/probe/{token}x").status_code == 404
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3
    assert visitor().get(f"/probe/{token}", headers=header).json()["client"] == ""
    monkeypatch.setattr(probe, "SECONDS", -1)
    assert visitor().get(f"/probe/{token}").status_code == 404
