"""A VIES of our own on this machine: it answers as the EU's does over its REST interface."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CONSULTATION = "WAPIAAAAW1aBcDeF"
Reply = tuple[int, bytes]


@dataclass
class FakeVies:
    """Its URL for the setting VIES_URL, what it says, and what it was asked."""

    url: str = ""
    known: set[str] = field(default_factory=set)
    # By VAT id, or for "" in general: what it says instead of an answer.
    replies: dict[str, Reply] = field(default_factory=dict)
    refuses_requester: bool = False
    # Called before each answer, to be slow or to look around.
    before: Callable[[], object] = lambda: None
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def reply(self, question: dict[str, str]) -> Reply:
        vat_id = question["countryCode"] + question["vatNumber"]
        instead = self.replies.get(vat_id) or self.replies.get("")
        if instead:
            return instead
        if self.refuses_requester and "requesterNumber" in question:
            return error("INVALID_REQUESTER_INFO")
        is_known, has_requester = vat_id in self.known, "requesterNumber" in question
        said = {
            "countryCode": question["countryCode"],
            "vatNumber": question["vatNumber"],
            "requestDate": "2026-11-29T03:04:05.678Z",
            "valid": is_known,
            "requestIdentifier": CONSULTATION if is_known and has_requester else "",
            "name": "Beispiel GmbH" if is_known else "---",
            "address": "Mariahilfer Straße 1, 1060 Wien" * 60 if is_known else "---",
        }
        return 200, json.dumps(said).encode()


def error(code: str, status: int = 500) -> Reply:
    """The reply of VIES when it has no answer."""
    said = {"actionSucceed": False, "errorWrappers": [{"error": code}]}
    return status, json.dumps(said).encode()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        vies: FakeVies = self.server.vies  # type: ignore[attr-defined]
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        vies.asked.append(question)
        vies.paths.append(self.path)
        vies.before()
        status, body = vies.reply(question)
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the caller has hung up

    def log_message(self, *args: Any) -> None:
        """Stay quiet."""


@contextmanager
def fake_vies(*known: str) -> Iterator[FakeVies]:
    """A VIES that knows the VAT ids `known`, for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vies = FakeVies(f"http://127.0.0.1:{server.server_address[1]}/rest-api", set(known))
    server.vies = vies  # type: ignore[attr-defined]
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield vies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
