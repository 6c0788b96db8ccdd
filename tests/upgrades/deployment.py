"""A shop in operation: two web servers behind nginx, and a worker, each of a version of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO

from tests.ports import free_port
from tests.releases import git
from tests.waiting import wait_for

# Of all versions, which are no part of this process.
GRANIAN = [
    *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"),
    *("--blocking-threads", "8", "--backpressure", "64", "--log-level", "error"),
    *("--workers-kill-timeout", "15", "--host", "127.0.0.1"),
]
NGINX = """
daemon off;
pid {home}/nginx.pid;
error_log {home}/nginx.log warn;
events {{}}
http {{
    access_log off;
    proxy_max_temp_file_size 0;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    upstream shop {{
        server 127.0.0.1:{first} max_fails=0;
        server 127.0.0.1:{second} max_fails=0;
    }}
    server {{
        listen 127.0.0.1:{port};
        proxy_set_header Host $http_host;
        location / {{
            proxy_pass http://shop;
        }}
        # While two versions run, each has style sheets that the other one lacks.
        location /static/ {{
            proxy_pass http://shop;
            proxy_next_upstream error timeout http_404;
        }}
    }}
}}
"""


def checkout(commit: str, home: Path) -> Path:
    """Put the files of a commit into `home`, with its catalogues compiled."""
    home.mkdir()
    archive = home / "release.tar"
    git("archive", "--output", str(archive), commit)
    subprocess.run(["tar", "-xf", archive, "-C", home], check=True)
    archive.unlink()
    for source in home.glob("locale/*/LC_MESSAGES/django.po"):
        babel = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "compile"]
        command = [*babel, "-i", str(source), "-o", str(source.with_suffix(".mo"))]
        subprocess.run(command, check=True)
    return home


class Process:
    """A program that goes on until it is told to stop."""

    def __init__(self, command: list[str], source: Path, log: IO[bytes]) -> None:
        self.process = subprocess.Popen(
            command, cwd=source, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0
        )

    def stop(self) -> None:
        """End it as systemd would: ask, wait for 30 s, then kill all that is left."""
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Deployment:
    """The processes of a shop; which code they run is said when they are started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.ports = (free_port(), free_port())
        self.address = f"http://localhost:{self.port}"
        self.running: dict[str, Process] = {}

    def manage(self, source: Path, *arguments: str) -> float:
        """Run a management command to its end; return the seconds that it took."""
        began = time.monotonic()
        command = [sys.executable, "manage.py", *arguments]
        with self.log("commands") as log:
            subprocess.run(command, cwd=source, stdout=log, stderr=log, check=True)
        return time.monotonic() - began

    def log(self, name: str) -> IO[bytes]:
        """The log of processes of this name."""
        return (self.home / f"{name}.log").open("ab")

    def start_proxy(self) -> None:
        """Start nginx."""
        found = shutil.which("nginx")
        if found is None:
            raise SystemExit("Upgrades need nginx: install the package nginx.")
        first, second = self.ports
        text = NGINX.format(home=self.home, port=self.port, first=first, second=second)
        configuration = self.home / "nginx.conf"
        configuration.write_text(text, encoding="utf-8")
        with self.log("proxy") as log:
            self.running["proxy"] = Process([found, "-c", str(configuration)], self.home, log)
        wait_for(lambda: answers(f"{self.address}/livez"), 10)

    def start_web(self, place: int, source: Path, name: str) -> None:
        """Start one of the two web servers, and wait until it answers."""
        port = self.ports[place]
        with self.log(f"web-{name}") as log:
            command = [*GRANIAN, "--port", str(port), "shop.wsgi:application"]
            started = Process(command, source, log)
        self.running[f"web {place}"] = started
        if not wait_for(lambda: answers(f"http://127.0.0.1:{port}/livez"), 60):
            raise SystemExit(f"The web server of {name} does not start.")

    def start_worker(self, source: Path, name: str) -> None:
        """Start the worker."""
        command = [sys.executable, "manage.py", "worker"]
        with self.log(f"worker-{name}") as log:
            self.running["worker"] = Process(command, source, log)

    def stop(self, name: str) -> None:
        """End one of the processes."""
        self.running.pop(name).stop()

    def stop_all(self) -> None:
        """End whatever runs."""
        for name in list(self.running):
            self.stop(name)

    def complaints(self, name: str) -> list[str]:
        """The last lines of each traceback in a log."""
        lines = (self.home / f"{name}.log").read_text(errors="replace").splitlines()
        starts = [at for at, line in enumerate(lines) if line.startswith("Traceback")]
        return [_end_of(lines[start + 1 :]) for start in starts]


def _end_of(lines: list[str]) -> str:
    return next((line for line in lines if line and not line.startswith(" ")), "")


def answers(address: str) -> bool:
    """Tell if a page is there."""
    try:
        with urllib.request.urlopen(address, timeout=10):
            return True
    except OSError:
        return False


def environment(home: Path, database: str) -> dict[str, str]:
    """The variables of all processes of the shop."""
    return {
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "DEMO": "1",
        "VAR_DIR": str(home / "var"),
        "DATABASE_URL": database or f"sqlite:///{home}/var/shop.sqlite3",
        "PATH": os.environ["PATH"],
    }
