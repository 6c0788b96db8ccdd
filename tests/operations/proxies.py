"""nginx and Caddy with the shipped configuration, in front of two web processes that tell what arrives."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.notifications.certificates import make_certificate
from tests.ports import free_port
from tests.waiting import slowness, wait_for

DEPLOY = Path(settings.BASE_DIR) / "deploy"
HOST = "localhost"
# Its directory is not on PATH for everybody.
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
CADDY = Path(sys.executable).parent / "caddy"


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The text with each change made; AssertionError where there is nothing to change."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx_configuration(
    home: Path, certificate: Path, plain: int, tls: int, web: tuple[int, int]
) -> Path:
    """The shipped configuration with other ports, paths and names, and what Debian puts around it."""
    site = replaced(
        (DEPLOY / "nginx" / "slate.conf").read_text(encoding="utf-8"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        ("https://$server_name$", f"https://$server_name:{tls}$"),
        ("/etc/letsencrypt/live/shop.example.com/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/shop.example.com/privkey.pem", str(certificate)),
        ("shop.example.com", HOST),
        ("/var/log/nginx/", f"{home}/"),
        ("127.0.0.1:8000", f"127.0.0.1:{web[0]}"),
        ("127.0.0.1:8001", f"127.0.0.1:{web[1]}"),
    )
    (home / "site.conf").write_text(site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"    {kind}_temp_path {home}/{kind};" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""  # else its processes could not read `home`
    main = home / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {home}/pid;\n"
        f"error_log {home}/error.log;\nevents {{}}\n"
        f"http {{\n{paths}\n    gzip on;\n    include {home}/site.conf;\n}}\n"
    )
    return main


def caddy_configuration(home: Path, certificate: Path, plain: int, tls: int) -> Path:
    """The shipped configuration with other ports and a certificate of our own."""
    path = home / "Caddyfile"
    path.write_text(
        replaced(
            (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8"),
            ("\n{\n", f"\n{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {tls}\n"),
            (
                "{$SHOP_HOST:shop.example.com} {\n",
                f"{HOST} {{\n\tbind 127.0.0.1\n\ttls {certificate} {certificate}\n",
            ),
            ("http:// {\n", "http:// {\n\tbind 127.0.0.1\n"),
            ("{$SHOP_HOST:shop.example.com}{uri}", f"{HOST}:{tls}{{uri}}"),
        )
    )
    return path


def listens(port: int) -> bool:
    """Tell if somebody takes connections at the port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def running(command: list[str | Path], port: int, log: Path, **environment: str) -> Iterator[Any]:
    """The process of a command that listens at `port`, for as long as the block runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        try:
            assert wait_for(lambda: listens(port), 30), log.read_text()
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10 * slowness())
            finally:
                process.kill()
                process.wait()


class Proxy:
    """A proxy that runs, and the web processes behind it."""

    def __init__(self, name: str, home: Path) -> None:
        self.name, self.home = name, home
        self.certificate = make_certificate(home, HOST)
        self.plain, self.tls = free_port(), free_port()
        self.web = (free_port(), free_port())
        self.processes: dict[int, subprocess.Popen[bytes]] = {}  # by port
        self.stack = ExitStack()

    def start(self) -> None:
        """Start two web processes, then the proxy."""
        for port in self.web:
            self.start_web(port)
        command: list[str | Path]
        given = self.certificate, self.plain, self.tls
        if self.name == "nginx":
            assert NGINX, "The tests need nginx: install the package nginx."
            command = [NGINX, "-c", nginx_configuration(self.home, *given, self.web)]
        else:
            command = [CADDY, "run", "--config", caddy_configuration(self.home, *given)]
        environment = {
            "SHOP_WEB": " ".join(f"127.0.0.1:{port}" for port in self.web),
            "SHOP_ACCESS_LOG": f"file {self.home}/slate.log",
            "XDG_DATA_HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home),
        }
        log = self.home / "proxy.log"
        self.stack.enter_context(running(command, self.tls, log, **environment))

    def start_web(self, port: int) -> None:
        """Start a web process."""
        command: list[str | Path] = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "error"),
            *("--respawn-failed-workers", "--workers-kill-timeout", "15"),
            "tests.operations.echo_shop:application",
        ]
        where = {"ARRIVALS": str(self.home / "arrivals"), "DIES": str(self.home / "dies")}
        started = running(command, port, self.home / "web.log", **where)
        self.processes[port] = self.stack.enter_context(started)

    def revive(self) -> None:
        """Wait until the proxy reaches both web processes; start one that was killed too often."""
        for port in self.web:
            assert wait_for(partial(self._reaches, port), 30)

    def _reaches(self, port: int) -> bool:
        if self.processes[port].poll() is not None:
            self.start_web(port)
        return self.call("GET", f"/static/of-{port}.css")[0] == 200

    def connect(self) -> http.client.HTTPSConnection:
        """A connection that trusts the proxy's certificate."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        return http.client.HTTPSConnection(HOST, self.tls, timeout=60, context=trust)

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """The status of the answer, and its JSON or text; `X_Y` in a name stays as it is."""
        connection = self.connect()
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            text = answer.read().decode()
            is_json = answer.headers["Content-Type"] == "application/json"
            return answer.status, json.loads(text) if is_json else text
        finally:
            connection.close()

    def arrivals(self) -> list[str]:
        """The requests that have arrived at a web process."""
        path = self.home / "arrivals"
        return path.read_text().splitlines() if path.exists() else []

    def logs(self) -> str:
        """All that the proxy has logged."""
        return "".join(
            path.read_text() for path in self.home.glob("*.log") if path.name != "web.log"
        )


@contextmanager
def proxy(name: str, home: Path) -> Iterator[Proxy]:
    """nginx or caddy for as long as the block runs."""
    made = Proxy(name, home)
    with made.stack:
        made.start()
        yield made
