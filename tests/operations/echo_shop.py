"""A WSGI application behind a proxy under test: it tells what arrived, or dies while it answers.

Each request that arrives is a line of the file ARRIVALS. A request with the header `X-Die` kills the
process, once, if the file DIES is there; one with `X-Break`, in the middle of its answer. One with `X-Lack` is not found at
the process of that port.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

Start = Callable[[str, list[tuple[str, str]]], object]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer with what arrived, as JSON."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if path != "/livez":
        with Path(os.environ["ARRIVALS"]).open("a") as arrivals:
            arrivals.write(f"{method} {path}\n")
    if "HTTP_X_DIE" in environ and (dies := Path(os.environ["DIES"])).exists():
        dies.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    if "HTTP_X_BREAK" in environ:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1000")])
        return _broken()
    if environ.get("HTTP_X_LACK") == environ["SERVER_PORT"]:
        start_response("404 Not Found", [("Content-Type", "application/json")])
        return [b"{}"]
    told = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json"), ("X-Request-ID", "abc")])
    return [json.dumps(told | {"bytes": len(body), "port": environ["SERVER_PORT"]}).encode()]


def _broken() -> Iterator[bytes]:
    yield b"the beginning"
    time.sleep(0.5)  # until it is on its way
    os.kill(os.getpid(), signal.SIGKILL)
