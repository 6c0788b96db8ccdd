"""A provisioning service to try the step with: `PORT=9100 python -m acme.server`."""

import json
import os
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any


@dataclass
class Workspaces:
    """The workspaces that were created, in memory."""

    made: list[dict[str, Any]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)  # by key
    lock: Lock = field(default_factory=Lock)

    def make(self, key: str, wish: dict[str, Any]) -> tuple[int, int]:
        """The status and number of the workspace of `key`, which the first call creates."""
        with self.lock:
            if key in self.numbers:
                return 200, self.numbers[key]
            self.made.append(wish)
            self.numbers[key] = len(self.made)
            return 201, len(self.made)


class Handler(BaseHTTPRequestHandler):
    """POST /workspaces with an Idempotency-Key and a JSON object."""

    workspaces: Workspaces

    def do_POST(self) -> None:
        """Create a workspace, or find the one of this key."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        key = self.headers.get("Idempotency-Key")
        if self.path != "/workspaces" or not key:
            self.answer(404, {})
            return
        status, number = self.workspaces.make(key, json.loads(body))
        self.answer(status, {"workspace": number})

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
