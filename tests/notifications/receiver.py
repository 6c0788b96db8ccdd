"""A partner's program that takes webhooks, in threads of this process, on this machine."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shop.access.models import Application
from shop.access.signing_secrets import rotate
from shop.notifications.webhooks.deliver import deliver_due
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import make_application, make_order
from tests.ports import free_port

# How it answers the call it is given.
Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Received:
    """One call, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LocalReceiver:
    """The receiver's URL, and the calls that it got."""

    uri: str
    calls: list[Received] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)  # that TLS was asked for
    under_way: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return self.uri.split("/")[2]

    @property
    def ids(self) -> list[str]:
        return [call.headers["webhook-id"] for call in self.calls]


def status(number: int, body: bytes = b"", **headers: str) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(number)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """A behaviour for each call; the last one for all that come after."""
    left = list(behaviours)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the test is over."""
    over(handler).wait(20)


def silent_until(condition: Callable[[], bool]) -> Behaviour:
    """Say nothing before `condition` comes true."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        while not condition() and not over(handler).wait(0.01):
            pass
        status(200)(handler)

    return answer


def together(number: int) -> Behaviour:
    """Answer no call before there were so many at once, and then leave time for one more."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        receiver: LocalReceiver = handler.server.receiver  # type: ignore[attr-defined]
        enough = threading.Event()
        for _ in range(3000):
            if receiver.most_at_once >= number:
                break
            enough.wait(0.01)
        over(handler).wait(0.1)
        status(200)(handler)

    return answer


def slow(seconds: float, then: Behaviour) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        over(handler).wait(seconds)
        then(handler)

    return answer


def dripping(beginning: bytes) -> Behaviour:
    """Say `beginning`, then a byte at a time, for ever: each read of the caller gets something."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(beginning)
        while not over(handler).wait(0.05):
            handler.wfile.write(b"x")

    return answer


def over(handler: BaseHTTPRequestHandler) -> threading.Event:
    event: threading.Event = handler.server.receiver.is_over  # type: ignore[attr-defined]
    return event


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: LocalReceiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        with receiver.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.calls.append(Received(self.path, headers, body))
            receiver.under_way += 1
            receiver.most_at_once = max(receiver.most_at_once, receiver.under_way)
        try:
            self.server.behaviour(self)  # type: ignore[attr-defined]
        except OSError:
            self.close_connection = True  # the caller has hung up
        finally:
            with receiver.lock:
                receiver.under_way -= 1

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *args: Any) -> None:
        """Stay quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, behaviour: Behaviour, tls: ssl.SSLContext | None, host: str) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Handler)
        self.behaviour = behaviour
        port = self.server_address[1]
        where = f"[{host}]" if ":" in host else host
        self.receiver = LocalReceiver(f"http{'s' if tls else ''}://{where}:{port}/hooks?a=b")
        self.tls = tls
        if tls:
            tls.sni_callback = lambda _socket, name, _context: self.receiver.names.append(name)

    def finish_request(self, request: Any, client_address: Any) -> None:
        # The handshake belongs to the thread of its connection.
        if self.tls:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except OSError:
                return
        with request:
            super().finish_request(request, client_address)


@contextmanager
def receiving(
    behaviour: Behaviour | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> Iterator[LocalReceiver]:
    """A receiver for as long as the block runs; without `behaviour` it takes everything."""
    server = Server(behaviour or status(204), tls, host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.receiver
    finally:
        server.receiver.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def unused_uri() -> str:
    """Return a URL at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}/hooks"


def make_partner() -> Application:
    """An application with a signing secret."""
    application = make_application()
    rotate(application)
    return application


def make_order_for(
    uri: str, application: Application | None = None, product: str = "s", **members: Any
) -> Order:
    """An order that a partner's program has placed, with `uri` to be told."""
    caller = Caller(application=application or make_partner())
    return make_order(product, caller, redirection_uri=uri, **members)


def deliver_all() -> None:
    """Do what a woken worker does."""
    deliver_due(lambda: None)
