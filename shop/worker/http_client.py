"""A safe HTTP client: public addresses only, one deadline for the whole call, no redirects.

The standard library's client gets a socket of our own: the name is looked up once, no proxy and no
redirect leads elsewhere, and the socket can be shut down at any moment. It reads what the standard
lets a receiver answer (RFC 9112), but for interim answers and a repeated Content-Length.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    UnknownProtocol,
)
from urllib.parse import urlsplit

from shop.worker import networks

MAX_INTERIM = 20  # interim answers before the final one


class Failure(StrEnum):
    """The reason for which a call did not succeed."""

    ADDRESS = "address"  # not public, or neither https nor allowed http
    NAME = "name"  # unknown to the name servers
    CONNECTION = "connection"  # refused, broken, or not HTTP
    HEADERS = "headers"  # more or longer ones than are read
    TLS = "tls"
    TIMEOUT = "timeout"
    REDIRECT = "redirect"  # a 3xx status
    STATUS = "status"  # any other status but 2xx


@dataclass
class Response:
    """The outcome of a call: 2xx, or a `failure` with as much of the response as came."""

    failure: Failure | None = None
    status: int | None = None
    body: bytes = b""


class HeadersTooLargeError(HTTPException):
    """The headers after a status line are more than a hundred, or one is longer than 64 KiB."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class FinalResponse(HTTPResponse):
    """The final response; interim ones before it are read over (RFC 9110, section 15.2)."""

    def begin(self) -> None:
        """Read status and headers. Raises HeadersTooLargeError, HTTPException and OSError."""
        for _interim in range(MAX_INTERIM):
            self._begin()
            if not 100 <= self.status < 200 or self.status == HTTPStatus.SWITCHING_PROTOCOLS:
                break
            self.headers = None  # type: ignore[assignment]  # begin() reads nothing otherwise
        else:
            raise HTTPException("only interim answers")
        if self.length is None and not self.chunked:
            self.length = self._repeated_length()

    def _repeated_length(self) -> int | None:
        """One length, given several times (RFC 9110, section 8.6): the library knows one field."""
        given = ",".join(self.headers.get_all("Content-Length", []))
        lengths = {length.strip() for length in given.split(",")}
        length = lengths.pop()
        return int(length) if not lengths and length.isdecimal() else None

    def _begin(self) -> None:
        self.status = 0
        try:
            super().begin()
        except UnknownProtocol:
            raise
        except HTTPException as error:
            raise HeadersTooLargeError(self.status) if self.status else error from error


class Deadline:
    """The moment at which a call must be over."""

    def __init__(self, seconds: float) -> None:
        self.moment = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then. Raises TimeoutError where there are none."""
        seconds = self.moment - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


@dataclass(frozen=True)
class HttpClient:
    """Calls `https` URLs at public addresses.

    `seconds` limit each call, from the name lookup to the end of the response; of its body, the
    first `max_bytes` are read. `allow_local` adds `http` and loopback, for the demo profile.
    """

    seconds: float
    allow_local: bool = False
    max_bytes: int = 1024
    lookup: networks.Lookup = networks.look_up

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Response:
        """Make one call, and return what came of it; only a malformed URL raises (ValueError)."""
        response = Response()
        try:
            with ExitStack() as stack:
                connection, target, host = self._connection(url, stack)
                # A receiver may answer and hang up before it has read everything (RFC 9112, 9.5).
                with suppress(ConnectionError, ssl.SSLEOFError):
                    connection.request(method, target, body, {**headers, "Host": host})
                answer = stack.enter_context(connection.getresponse())
                response.status = answer.status
                response.body = _beginning(answer, self.max_bytes)
                if not _is_success(answer.status):
                    redirects = 300 <= answer.status < 400
                    response.failure = Failure.REDIRECT if redirects else Failure.STATUS
        except networks.NotPublicError:
            response.failure = Failure.ADDRESS
        except TimeoutError:
            response.failure = Failure.TIMEOUT
        except socket.gaierror:
            response.failure = Failure.NAME
        except ssl.SSLError:
            response.failure = Failure.TLS
        except HeadersTooLargeError as error:
            response.status = error.status
            # The status has said what counts (contract, "Webhooks": 2xx is success).
            response.failure = None if _is_success(error.status) else Failure.HEADERS
        except (OSError, HTTPException):
            response.failure = Failure.CONNECTION
        return response

    def _connection(self, url: str, stack: ExitStack) -> tuple[HTTPConnection, str, str]:
        """A connection for one call of `url`, open until `stack` ends; its path, and its host."""
        deadline = Deadline(self.seconds)
        parts = urlsplit(url)
        if parts.scheme != "https" and not (self.allow_local and parts.scheme == "http"):
            raise networks.NotPublicError
        host, port = networks.host_and_port(parts)
        addresses = networks.public_addresses(
            host, port, self.lookup, seconds=deadline.left(), allow_local=self.allow_local
        )
        connected = stack.enter_context(_connect(addresses, port, deadline))
        if parts.scheme == "https":
            connected = stack.enter_context(
                tls().wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False)
            )
        stack.enter_context(_cut_off(connected, deadline.left()))
        if isinstance(connected, ssl.SSLSocket):
            connected.do_handshake()
        connection = HTTPConnection(host, port)
        connection.sock, connection.auto_open = connected, 0
        connection.response_class = FinalResponse
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return connection, target, parts.netloc.rpartition("@")[2]


def _is_success(status: int) -> bool:
    return 200 <= status < 300


def _beginning(answer: HTTPResponse, number: int) -> bytes:
    """The first `number` bytes of the body, or as many as come: the status has said what counts."""
    try:
        return answer.read(number)
    except TimeoutError:
        raise
    except IncompleteRead as error:
        return error.partial
    except (OSError, HTTPException):
        return b""


def _connect(addresses: Sequence[networks.Address], port: int, deadline: Deadline) -> socket.socket:
    """Connect to the first of `addresses` that accepts; each has its share of the time."""
    failure = OSError("no address")
    for tried, address in enumerate(addresses):
        share = deadline.left() / (len(addresses) - tried)
        try:
            connected = socket.create_connection((str(address), port), timeout=share)
        except OSError as error:
            failure = error
        else:
            connected.settimeout(deadline.left())
            return connected
    raise failure


@contextmanager
def _cut_off(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Shut the socket down after `seconds`, as its own time-out starts again with each byte.

    Raises TimeoutError where it came to that, however far the response had come.
    """
    is_over = threading.Event()

    def shut() -> None:
        is_over.set()
        with suppress(OSError):
            # Below TLS, which would send a closing message first.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # before the socket is closed and its number is reused
        if is_over.is_set():
            raise TimeoutError


@cache
def tls() -> ssl.SSLContext:
    """Trusts the system's certificates. Cached: reading them takes longer than a call."""
    return ssl.create_default_context()
