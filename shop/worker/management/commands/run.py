"""`manage.py run`: the demo in one terminal."""

import hashlib
import os
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string
from django.utils.translation.reloader import translation_file_changed

from shop.message_catalogues import compile_catalogues
from shop.worker.processes import Stop, fork, group_of, kill_group, name_process, share_memory
from shop.worker.supervisor import supervise


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
        # In a process of its own: what it loads for that would be kept by all others.
        preparation = fork(prepare, dies_by=signal.SIGKILL)
        preparation.join()
        if preparation.exitcode:
            raise SystemExit(preparation.exitcode)
        # What is forked from here reads the texts that were compiled only now.
        translation_file_changed(None, Path("django.mo"))
        supervise(settings.WORKER_CLUSTERS, Stop(), [WebServer(host, port)])


def prepare() -> None:
    """Create or update the database, its demo data, and the files to serve."""
    compile_catalogues()  # the checks of the next line want them
    call_command("migrate", verbosity=0, skip_checks=False)
    collect_static()
    call_command("demo_data")


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
        *("--respawn-failed-workers", "--workers-kill-timeout", "15"),
        "shop.wsgi:application",
    ]


def worker() -> list[str]:
    """The command that starts the worker."""
    return [sys.executable, "-m", "shop.command_line", "worker"]


def serve(host: str, port: int) -> None:
    """Do as the command of `web_server`, but load the shop once for all its processes."""
    from granian.cli import cli

    name_process("shop-web")
    _python, _m, _granian, *options = web_server(host, port)
    import_string(settings.WSGI_APPLICATION)
    share_memory()
    cli(options)


class WebServer:
    """The web server, started again when it ends."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.process: ForkProcess | None = None
        self.is_announced = False

    def watch(self) -> None:
        """Start it where it is missing; print its address once it answers."""
        if self.process is not None and not self.process.is_alive():
            print("The web server ended and is started again.", flush=True)
            kill_group(group_of(self.process))
            self.process = None
        if self.process is None:
            self.process = fork(serve, self.host, self.port, dies_by=signal.SIGTERM)
        elif not self.is_announced and answers(self.host, self.port):
            self.is_announced = True
            print(f"\nhttp://localhost:{self.port}   (Ctrl-C ends it)\n", flush=True)

    def end(self) -> list[ForkProcess]:
        """The process to end, if there is one."""
        return [self.process] if self.process else []
