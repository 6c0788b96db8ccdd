"""A web process short of something, such as file descriptors: 503, and well again after that."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from django.db import OperationalError
from django.test import RequestFactory

from shop.errors import is_passing
from shop.last_resort import answering_shortages
from tests.journey.shop import running_shop
from tests.waiting import slowness, wait_for

BY_TOKEN = {"Authorization": "Bearer example-token"}


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (MemoryError(), True),
        (OperationalError("unable to open database file"), True),
        (ValueError("our bug"), False),
        (None, False),
    ],
)
def test_shortage_passes_and_a_bug_does_not(raised: BaseException | None, expected: bool) -> None:
    assert is_passing(raised) is expected
    later = ValueError("while handling it")
    later.__cause__ = raised
    assert is_passing(later) is expected


@pytest.mark.parametrize("path", ["/", "/api/orders", "/order"])
def test_what_django_cannot_answer_is_answered_all_the_same(path: str) -> None:
    def out_of_files(*_: object) -> list[bytes]:
        raise OSError(errno.EMFILE, "Too many open files")

    said: list[tuple[str, dict[str, str]]] = []
    body = answering_shortages(out_of_files)(
        RequestFactory().get(path).environ,
        lambda status, headers, _exc=None: said.append((status, dict(headers))),  # type: ignore[arg-type]
    )
    ((status, headers),) = said
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "30")
    assert headers["Content-Type"].startswith("text/html" if path == "/" else "application/json")
    assert b"".join(body)


def test_bug_that_django_cannot_answer_is_the_servers() -> None:
    def broken(*_: object) -> list[bytes]:
        raise ValueError("our bug")

    with pytest.raises(ValueError, match="our bug"):
        answering_shortages(broken)(RequestFactory().get("/").environ, print)  # type: ignore[arg-type]


WITHOUT_FILES = """
import resource
import shop.wsgi
from django.test import RequestFactory
from shop.access.rate_limits import hit

resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
print(hit(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7"), "anonymous"))
"""


@pytest.mark.once
def test_call_is_not_counted_where_neither_redis_nor_the_database_can_be_opened(
    tmp_path: Path,
) -> None:
    files = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3"}
    redis = {"REDIS_URL": f"unix://{tmp_path}/redis"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FILES],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "DEMO": "1",
            **files,
            **redis,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "None\n"), done.stderr


def web_processes(address: str) -> list[psutil.Process]:
    """The processes that answer at `address`."""
    port = urlsplit(address).port
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if process.name() == "shop-web" and process.environ()["PORT"] == str(port)
    ]


@contextmanager
def no_files(processes: list[psutil.Process]) -> Iterator[None]:
    """Meanwhile none of them can open a file, or a connection to the database."""
    before = [(process, process.rlimit(psutil.RLIMIT_NOFILE)) for process in processes]
    for process, (_, hard) in before:
        process.rlimit(psutil.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        for process, limits in before:
            with suppress(psutil.NoSuchProcess):
                process.rlimit(psutil.RLIMIT_NOFILE, limits)


@pytest.mark.long
@pytest.mark.once
def test_process_out_of_file_descriptors_says_when_to_come_back(tmp_path: Path) -> None:
    # Not until it is ready: the threads that say so open connections to the database.
    with running_shop(tmp_path, until="livez") as address:
        host = urlsplit(address).netloc
        # The web server itself cannot take new connections then, so one is open already.
        kept = HTTPConnection(host, timeout=30 * slowness())
        kept.connect()
        with closing(kept), no_files(web_processes(address)):
            for path in ("/api/orders", "/order/account", "/"):
                kept.request("GET", path, headers=BY_TOKEN)
                answer = kept.getresponse()
                body = answer.read()
                assert (answer.status, answer.getheader("Retry-After")) == (503, "30"), path
                assert path == "/" or json.loads(body)

        def is_well() -> bool:
            with suppress(OSError), closing(HTTPConnection(host, timeout=5)) as again:
                again.request("GET", "/api/orders", headers=BY_TOKEN)
                return again.getresponse().status == 200
            return False

        assert wait_for(is_well, 20)
