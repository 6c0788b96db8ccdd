"""The shop as docs/operators/deployment.md runs it: the shipped units' commands behind the shipped nginx."""

import http.client
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
from django.conf import settings

from tests import postgres, redis_server
from tests.notifications.certificates import make_certificate
from tests.operations.proxies import HOST, NGINX, listens, nginx_configuration
from tests.operations.units import unit_command
from tests.ports import free_port
from tests.waiting import wait_for

STOP_WITHIN = 20  # seconds, as TimeoutStopSec of the units

NEW_TOKEN = """
from shop.access.applications import create_application
from shop.access.tokens import issue
print(issue("Restarts", holder=create_application("Partner", rate=1000, burst=1000)[0]))
"""


def is_alive(port: int) -> bool:
    """Tell if a web process answers; it takes connections before it can."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    return False


class Unit:
    """A service, started and stopped as systemd would."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        log: Path,
        kill_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.kill_signal = kill_signal

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def stop(self) -> None:
        """A signal to the main process, then SIGKILL to the whole group (KillMode=mixed)."""
        self.process.send_signal(self.kill_signal)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_WITHIN)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Stack:
    """PostgreSQL, Redis, nginx, two web processes and two workers."""

    def __init__(
        self, home: Path, database: postgres.Server, redis: redis_server.Server, mail: str
    ) -> None:
        self.home, self.database, self.redis = home, database, redis
        self.certificate = make_certificate(home, HOST)
        self.tls = free_port()
        self.web = (free_port(), free_port())
        self.environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "BASE_URL": f"https://{HOST}:{self.tls}",
            "ALLOWED_HOSTS": HOST,
            "SECRET_KEY": secrets.token_urlsafe(60),
            "EMAIL_URL": mail,
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": database.address,
            "REDIS_URL": redis.url,
            "STATIC_ROOT": str(home / "static"),
        }
        self.units: dict[str, Unit] = {}

    def manage(self, *arguments: str) -> str:
        """Return the output of a command of manage.py."""
        command = [sys.executable, "manage.py", *arguments]
        environment = self.environment | {"VAR_DIR": str(self.home / "var-commands")}
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return done.stdout

    def start(self) -> None:
        """Set the shop up, and start all of it."""
        self.manage("setup", "--no-input")
        self.token = self.manage("shell", "-v0", "-c", NEW_TOKEN).strip()
        for number, port in enumerate(self.web, 1):
            words = [
                str(port) if word == "%i" else word for word in unit_command("slate-web@.service")
            ]
            self._add(f"web {number}", words)
        for number in (1, 2):
            self._add(f"worker {number}", unit_command("slate-worker@.service"))
        assert NGINX, "nginx is missing: install the package nginx."
        main = nginx_configuration(self.home, self.certificate, free_port(), self.tls, self.web)
        self.units["nginx"] = Unit(
            [NGINX, "-c", str(main)], {}, self.home / "nginx-own.log", signal.SIGQUIT
        )
        for unit in self.units.values():
            unit.start()
        ready = wait_for(lambda: all(map(is_alive, self.web)), 90)
        if not (ready and wait_for(lambda: self.answers("/readyz"), 90)):
            raise SystemExit("The shop did not become ready.")

    def _add(self, name: str, words: list[str]) -> None:
        # As on a machine of its own: with its own files.
        own = {"VAR_DIR": str(self.home / f"var-{name.replace(' ', '-')}")}
        log = self.home / f"{name.replace(' ', '-')}.log"
        self.units[name] = Unit([sys.executable, *words[1:]], self.environment | own, log)

    def answers(self, path: str) -> bool:
        """Tell if the shop answers 200 through nginx."""
        with suppress(OSError, http.client.HTTPException):
            connection = self.connect()
            connection.request("GET", path)
            return connection.getresponse().status == 200
        return False

    def connect(self) -> http.client.HTTPSConnection:
        """A connection to nginx."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        return http.client.HTTPSConnection(HOST, self.tls, timeout=60, context=trust)

    def restart(self, name: str) -> None:
        """Restart one service, and wait until it serves again."""
        if name == "postgres":
            self.database.restart()
        elif name == "redis":
            self.redis.kill()
            self.redis.start()
        elif name == "nginx reload":
            self.units["nginx"].process.send_signal(signal.SIGHUP)
        else:
            unit = self.units[name]
            unit.stop()
            unit.start()
            if name.startswith("web"):
                port = self.web[int(name.split()[1]) - 1]
                wait_for(lambda: is_alive(port), 60)
            elif name == "nginx":
                wait_for(lambda: listens(self.tls), 60)

    def stop(self) -> list[str]:
        """Stop all; the names of the processes that were left behind."""
        below = [
            child
            for unit in self.units.values()
            if hasattr(unit, "process") and unit.process.poll() is None
            for child in psutil.Process(unit.process.pid).children(recursive=True)
        ]
        for unit in self.units.values():
            if hasattr(unit, "process"):
                unit.stop()
        return [child.name() for child in below if child.is_running()]


@contextmanager
def stack(home: Path, mail: str) -> Iterator[Stack]:
    """A deployment with no process of the shop yet; none is left after the block."""
    with ExitStack() as servers:
        database = servers.enter_context(postgres.throw_away_server())
        redis = servers.enter_context(redis_server.throw_away_server())
        made = Stack(home, database, redis, mail)
        try:
            yield made
        finally:
            made.stop()
            shutil.rmtree(home / "static", ignore_errors=True)
