"""A provisioning service to try the step with: `PORT=9100 python -m acme.server`."""

import json
import os
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any


@dataclass
class Workspaces:
    """The workspaces that were created, resized and removed, in memory."""

    made: list[dict[str, Any]] = field(default_factory=list)
    resized: list[dict[str, Any]] = field(default_factory=list)
    removed: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # by key
    lock: Lock = field(default_factory=Lock)

    def do(self, path: str, key: str, wish: dict[str, Any]) -> tuple[int, int]:
        """Do once what the calls with `key` ask for; return the status and the number of it."""
        done = {"/workspaces": self.made, "/resizings": self.resized, "/removals": self.removed}
        with self.lock:
            if path not in done:
                return 404, 0
            if key in self.numbers:
                return 200, self.numbers[key]
            done[path].append(wish)
            self.numbers[key] = len(done[path])
            return 201, len(done[path])


class Handler(BaseHTTPRequestHandler):
    """POST /workspaces, /resizings or /removals, with an Idempotency-Key and a JSON object."""

    workspaces: Workspaces

    def do_POST(self) -> None:
        """Create, resize or remove a workspace, unless an earlier call of this key has."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        key = self.headers.get("Idempotency-Key")
        if not key:
            self.answer(400, {})
            return
        status, number = self.workspaces.do(self.path, key, json.loads(body))
        self.answer(status, {"number": number})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        """Send `content` as JSON."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
        """Keep quiet."""


def make_server(port: int, handler: type[Handler] = Handler) -> ThreadingHTTPServer:
    """A server with no workspaces yet; `serve_forever` runs it."""
    own = type("Own", (handler,), {"workspaces": Workspaces()})
    return ThreadingHTTPServer(("127.0.0.1", port), own)


if __name__ == "__main__":
    make_server(int(os.environ.get("PORT", "9100"))).serve_forever()
