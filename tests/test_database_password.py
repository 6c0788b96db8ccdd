"""A new password of the database: who is connected goes on, and it is never in a command line."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.ports import free_port
from tests.postgres import programs
from tests.waiting import wait_for
from tests.worker.real import environment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        os.environ.get("TEST_DATABASE") != "postgres", reason="SQLite has no passwords"
    ),
]

FIRST, SECOND = "first-password", "second-password"


@pytest.fixture
def server() -> Iterator["psycopg.Connection[Any]"]:
    """The server, with two roles that it asks for a password; one acts for the other."""
    with closing(psycopg.connect(os.environ["TEST_DATABASE_URL"], autocommit=True)) as server:
        (path,) = server.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(path)
        before = rules.read_text()
        rules.write_text(f"local all rotating,rotating_b scram-sha-256\n{before}")
        server.execute("SELECT pg_reload_conf()")
        owner = server.execute("SELECT current_user").fetchone()
        assert owner
        server.execute(f"CREATE ROLE rotating LOGIN PASSWORD '{FIRST}' IN ROLE {owner[0]}")
        server.execute(f"ALTER ROLE rotating SET role = '{owner[0]}'")
        server.execute(f"CREATE ROLE rotating_b LOGIN PASSWORD '{SECOND}' IN ROLE rotating")
        server.execute(f"ALTER ROLE rotating_b SET role = '{owner[0]}'")
        try:
            yield server
        finally:
            rules.write_text(before)
            server.execute("SELECT pg_reload_conf()")
            server.execute("DROP ROLE rotating_b; DROP ROLE rotating")


def database_url(role: str, password: str) -> str:
    url = environment()["DATABASE_URL"]
    return url.replace("//shop@", f"//{role}:{password}@")


@contextmanager
def web_server(role: str, password: str) -> Iterator[str]:
    """A web server of one thread, connected in that way; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"]
    command += ["--blocking-threads", "1", "--port", str(port), "shop.wsgi:application"]
    variables = environment() | {"DATABASE_URL": database_url(role, password)}
    process = subprocess.Popen(command, env=variables, cwd=settings.BASE_DIR)
    try:
        address = f"http://127.0.0.1:{port}"
        assert wait_for(lambda: said(f"{address}/livez") == "ok", 60)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def said(url: str) -> str:
    """The text of the answer, whatever its status; nothing where nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        with error:
            return error.read().decode()
    except OSError:
        time.sleep(0.1)
        return ""


def is_connected(address: str) -> bool:
    """Return whether the database answers the web server."""
    lines = said(f"{address}/readyz").splitlines()
    assert lines
    return "the database does not answer" not in lines


def test_web_process_goes_on_while_the_password_changes_and_a_restart_takes_the_new_one(
    server: "psycopg.Connection[Any]",
) -> None:
    with web_server("rotating", FIRST) as address:
        assert is_connected(address)
        server.execute(f"ALTER ROLE rotating PASSWORD '{SECOND}'")
        assert all(is_connected(address) for _ in range(5))
    with web_server("rotating", FIRST) as address:
        assert not is_connected(address)
    with web_server("rotating", SECOND) as address:
        assert is_connected(address)


def test_second_role_serves_while_the_password_of_the_first_changes(
    server: "psycopg.Connection[Any]",
) -> None:
    with web_server("rotating_b", SECOND) as address:
        server.execute("ALTER ROLE rotating PASSWORD 'another'")
        assert is_connected(address)


def test_backup_hands_the_password_to_no_command_line(
    server: "psycopg.Connection[Any]", tmp_path: Path
) -> None:
    directory = programs()
    wrapper = tmp_path / "pg_dump"
    wrapper.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/seen\nexec {directory}/pg_dump "$@"\n')
    wrapper.chmod(0o700)
    variables = environment() | {
        "DATABASE_URL": database_url("rotating", FIRST),
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "BACKUP_DIR": str(tmp_path / "backups"),
    }
    result = subprocess.run(
        [sys.executable, "manage.py", "backup"],
        cwd=settings.BASE_DIR,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    seen = (tmp_path / "seen").read_text()
    assert f"dbname={connection.settings_dict['NAME']}" in seen
    assert FIRST not in seen
