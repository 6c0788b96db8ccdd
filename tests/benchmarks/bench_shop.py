"""A shop to measure: its environment, a database of its own, its web server."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START = 60.0  # seconds for a web server to answer

# The production profile. Nothing that the caller's shell happens to hold gets in.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "shop.settings",
    "SECRET_KEY": "only-for-benchmarks-" * 4,
    "BASE_URL": "https://localhost",
    "ALLOWED_HOSTS": "localhost",
    "SSL_REDIRECT": "0",
    "EMAIL_URL": "dummymail://",
    "MAILS_A_DAY": "1000000000",
    # Calls are counted as ever, but no load reaches the limit.
    "RATE_LIMIT_APPLICATION": "1000000/1000000000",
    "RATE_LIMIT_ANONYMOUS": "1000000/1000000000",
}
DEMO = {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "shop.settings"}
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """The environment of a shop with a directory and an empty database of its own.

    On SQLite, or on the server of TEST_DATABASE_URL.
    """
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-bench-"))
        environment["VAR_DIR"] = directory
        if server := os.environ.get("TEST_DATABASE_URL"):
            environment["DATABASE_URL"] = stack.enter_context(postgres_database(server))
        yield environment


@contextmanager
def postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database at a server: a copy of one that nobody is connected to."""
    name = f"bench_{os.getpid()}_{time.monotonic_ns()}"
    parts = urlsplit(server)
    host = parts.query.partition("host=")[2] or parts.hostname
    address = f"host={host} user={parts.username or 'shop'} dbname=postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def django_with(profile: dict[str, str]) -> Iterator[dict[str, str]]:
    """Set Django up in this process with the environment of a new shop; its database is empty."""
    with own_database() as environment:
        environment.update(profile)
        os.environ.clear()
        os.environ.update(environment)
        django.setup()
        from django.db import connections

        try:
            yield environment
        finally:
            connections.close_all()


@contextmanager
def production_shop() -> Iterator[dict[str, str]]:
    """Set Django up in this process, in the production profile, on a migrated database."""
    with django_with(PRODUCTION) as environment:
        from django.core.management import call_command

        from shop.message_catalogues import compile_catalogues

        call_command("migrate", verbosity=0)
        compile_catalogues()
        call_command("collectstatic", interactive=False, verbosity=0, stdout=StringIO())
        yield environment


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs in a group of its own for as long as the block; its log is in VAR_DIR.

    It is asked to end where this process is killed.
    """
    from shop.worker.processes import die_with, kill_group

    with (Path(environment["VAR_DIR"]) / "processes.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
            preexec_fn=partial(die_with, os.getpid(), signal.SIGTERM),  # noqa: PLW1509 (no threads)
        )
        try:
            yield process
        except RuntimeError as error:
            error.add_note((Path(environment["VAR_DIR"]) / "processes.log").read_text()[-3000:])
            raise
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            kill_group(process.pid)
            process.wait()


@contextmanager
def web_server(
    environment: dict[str, str], application: str = "shop.wsgi:application"
) -> Iterator[tuple[int, int]]:
    """The shop's web server as `make run` starts it; its process id and its port."""
    from shop.worker.management.commands import run

    port = free_port()
    command = [*run.web_server("127.0.0.1", port)[:-1], application]
    with running(command, environment) as process:
        wait_for(port, process)
        yield process.pid, port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server takes connections. Raises RuntimeError if it ends, or after START."""
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError("The web server did not start.")
