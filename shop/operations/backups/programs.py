"""Programs of the system that backups are made and read with: age, GnuPG, PostgreSQL's own."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from django.db import connection

from shop.operations.backups.backup_file import BackupError

CHUNK = 1024 * 1024  # bytes
MOST_SAID = 300  # characters of an error


@contextmanager
def output_of(
    command: list[str],
    *,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    variables: Mapping[str, str] | None = None,
) -> Iterator[IO[bytes]]:
    """Yield what a program writes. What the block has not read by its end is passed over.

    The program gets more environment `variables`. Raises BackupError where it fails.
    """
    with _running(command, stdin, subprocess.PIPE, variables or {}) as child:
        yield cast("IO[bytes]", child.stdout)


@contextmanager
def input_of(
    command: list[str],
    *,
    stdout: IO[bytes] | int = subprocess.DEVNULL,
    variables: Mapping[str, str] | None = None,
) -> Iterator[IO[bytes]]:
    """Yield the stream that a program reads, and wait for it at the end of the block.

    The program gets more environment `variables`. Raises BackupError where it fails.
    """
    with _running(command, subprocess.PIPE, stdout, variables or {}) as child:
        yield cast("IO[bytes]", child.stdin)


@contextmanager
def _running(
    command: list[str],
    stdin: IO[bytes] | int,
    stdout: IO[bytes] | int,
    variables: Mapping[str, str],
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program beside the block. Raises BackupError with its own sentence where it fails."""
    name = Path(command[0]).name
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.Popen(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=said,
                env={**os.environ, **variables},
            )
        except OSError as error:
            raise BackupError(f"{name} cannot be started ({error.strerror}): install it.") from None
        broken: Exception | None = None
        try:
            try:
                yield child
            except (BrokenPipeError, BackupError) as error:
                broken = error  # the program's own words say more, if it has failed
            _finish(child)
            if child.wait():
                raise BackupError(f"{name} failed: {_sentence(said)}")
            if broken:
                raise broken
        finally:
            child.kill()
            _finish(child)
            child.wait()


def _finish(child: subprocess.Popen[bytes]) -> None:
    if child.stdin and not child.stdin.closed:
        with suppress(BrokenPipeError):
            child.stdin.close()
    if child.stdout and not child.stdout.closed:
        while child.stdout.read(CHUNK):
            pass
        child.stdout.close()


def _sentence(said: IO[bytes]) -> str:
    said.seek(0)
    lines = (line.strip() for line in said.read().decode(errors="replace").splitlines())
    first = next(filter(None, lines), "it says nothing more")[:MOST_SAID]
    return "".join(char for char in first if char.isprintable()).rstrip(".") + "."


def postgresql_program(name: str) -> str:
    """Return the path of pg_dump, pg_restore or psql. Raises BackupError.

    It must not be older than the server. Debian keeps those of several versions apart.
    """
    needed = int(cast("Any", connection).pg_version) // 10_000
    found = 0
    of_debian = shutil.which(name, path=f"/usr/lib/postgresql/{needed}/bin")
    for path in filter(None, (shutil.which(name), of_debian)):
        result = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        number = re.search(r"\d+", result.stdout)
        found = int(number[0]) if number else 0
        if found >= needed:
            return path
    problem = f"is of version {found}" if found else "is missing"
    raise BackupError(
        f"{name} {problem}: install PostgreSQL's client programs of version {needed} or newer."
    )
