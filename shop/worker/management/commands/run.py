"""`manage.py run`: the demo in one terminal."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from shop.message_catalogues import compile_catalogues
from shop.worker.processes import Stop, die_with, end_groups, kill_group
from shop.worker.supervisor import GRACE


class Command(BaseCommand):
    help = "Runs the demo: database, demo data, web server and worker. For DEMO=1 only."
    requires_system_checks = []  # `migrate` runs them, on its database

    def handle(self, *args: Any, **options: Any) -> None:
        # Ctrl-C is no error. Once there are processes to end, it ends these first.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if not settings.DEMO:
            raise CommandError("`run` is the demo. Start it with: make run")
        host = os.environ.get("BIND") or "127.0.0.1"
        port = port_number(os.environ.get("PORT") or "8000")
        check_free(host, port)
        call_command("migrate", verbosity=0, skip_checks=False)
        compile_catalogues()
        collect_static()
        call_command("demo_data")
        self.stdout.flush()
        connections.close_all()  # what follows needs no database
        run(host, port)


def port_number(text: str) -> int:
    """The port that was asked for."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise CommandError(f"PORT must be a number from 1 to 65535, not {text!r}.")


def check_free(host: str, port: int) -> None:
    """End with one sentence where somebody listens on the port, or nobody may."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server binds: a port that was in use a moment ago may be taken again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} of {host} cannot be used ({error.strerror}). "
                "Choose another, for example: PORT=9000 make run"
            ) from None


def collect_static() -> None:
    """Collect the static files where one of them has changed: compressing takes seconds."""
    digest = hashlib.sha256(repr(settings.STORAGES).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    stamp = settings.VAR_DIR / "static-collected"
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and manifest.exists():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest.hexdigest())


def answers(host: str, port: int) -> bool:
    """Tell if the web server takes connections."""
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def web_server(host: str, port: int) -> list[str]:
    """The command that starts the web server."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2"),
        *("--host", host, "--port", str(port), "--log-level", "error"),
        # Each thread keeps a database connection.
        *("--blocking-threads", "8", "--backpressure", "64"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5"),
        "shop.wsgi:application",
    ]


def worker() -> list[str]:
    """The command that starts the worker."""
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "worker"]


def run(host: str, port: int) -> None:
    """Keep the web server and the worker running until Ctrl-C or SIGTERM."""
    commands = [web_server(host, port), worker()]
    stop = Stop()
    running: list[subprocess.Popen[bytes]] = []
    try:
        running.extend(start(command) for command in commands)
        announced = False
        while not stop.asked:
            if not announced and answers(host, port):
                announced = True
                print(f"\nhttp://localhost:{port}   (Ctrl-C ends it)\n", flush=True)
            for place, process in enumerate(running):
                if process.poll() is not None:
                    print(f"{commands[place][2]} ended and is started again.", flush=True)
                    kill_group(process)
                    stop.sleep(1)
                    running[place] = start(commands[place])
            stop.sleep(0.2)
    finally:
        # Longer than the worker's own grace, so that it can end what it started.
        end_groups(running, GRACE + 3)


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, out of reach of the terminal's Ctrl-C.

    It is asked to end where this one is killed.
    """
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=partial(die_with, os.getpid(), signal.SIGTERM),  # noqa: PLW1509 (no threads)
    )
