"""One call of a receiver: to an address that was checked, and over in time whatever it does.

The standard library's client is given a socket of ours. So nothing can ask for the name a second
time, no proxy of the environment and no redirect leads elsewhere, and the socket is in our hands
from its first byte on, to be shut down in the middle of anything.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from django.conf import settings

from shop.notifications.webhooks.dns import Lookup, NotPublicError, look_up, public_addresses
from shop.notifications.webhooks.events import PORTS
from shop.notifications.webhooks.models import Attempt
from shop.orders.webhook_urls import Address, webhook_url_error

KEPT = 1024  # bytes of the answer

Fault = Attempt.Fault


@dataclass
class Answer:
    """What came of a call: `fault` is empty where the receiver has taken it."""

    fault: str = ""
    status: int | None = None
    text: str = ""


class Deadline:
    """A moment at which all must be over."""

    def __init__(self, seconds: float) -> None:
        self.moment = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then. Raises TimeoutError where there are none."""
        seconds = self.moment - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


def post(uri: str, headers: Mapping[str, str], body: bytes, *, lookup: Lookup = look_up) -> Answer:
    """POST `body` to `uri`, within WEBHOOK_TIMEOUT_SECONDS from the name to the answer.

    Connects to public addresses only, follows no redirect, reads the first kilobyte of the answer.
    """
    answer = Answer()
    try:
        _exchange(answer, uri, headers, body, lookup)
    except NotPublicError:
        answer.fault = Fault.ADDRESS
    except TimeoutError:
        answer.fault = Fault.TIMEOUT
    except socket.gaierror:
        answer.fault = Fault.NAME
    except ssl.SSLError:
        answer.fault = Fault.TLS
    except (OSError, HTTPException):
        answer.fault = Fault.CONNECTION
    else:
        answer.fault = _judge(answer.status or 0)
    return answer


def _judge(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status == 410:
        return Fault.GONE
    return Fault.REDIRECT if 300 <= status < 400 else Fault.STATUS


def _exchange(
    answer: Answer, uri: str, headers: Mapping[str, str], body: bytes, lookup: Lookup
) -> None:
    deadline = Deadline(settings.WEBHOOK_TIMEOUT_SECONDS)
    # Checked on arrival; but an order of the demo profile may have come along to another.
    if webhook_url_error(uri, demo=settings.DEMO):
        raise NotPublicError
    parts = urlsplit(uri)
    host, port = (parts.hostname or "").rstrip("."), parts.port or PORTS[parts.scheme]
    addresses = public_addresses(host, port, seconds=deadline.left(), lookup=lookup)
    with ExitStack() as stack:
        connected = stack.enter_context(_connect(addresses, port, deadline))
        if parts.scheme == "https":
            connected = stack.enter_context(
                tls().wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False)
            )
        stack.enter_context(_cut_off(connected, deadline.left()))
        if isinstance(connected, ssl.SSLSocket):
            connected.do_handshake()
        client = HTTPConnection(host, port)
        client.sock, client.auto_open = connected, 0
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        client.request("POST", target, body, {**headers, "Host": parts.netloc})
        response = stack.enter_context(client.getresponse())
        answer.status = response.status
        # PostgreSQL takes no text with a NUL.
        answer.text = response.read(KEPT).decode(errors="replace").replace("\0", "\ufffd")


def _connect(addresses: Sequence[Address], port: int, deadline: Deadline) -> socket.socket:
    """A connection to the first of `addresses` that takes one; each has its share of the time."""
    fault = OSError("no address")
    for tried, address in enumerate(addresses):
        share = deadline.left() / (len(addresses) - tried)
        try:
            connected = socket.create_connection((str(address), port), timeout=share)
        except OSError as error:
            fault = error
        else:
            connected.settimeout(deadline.left())
            return connected
    raise fault


@contextmanager
def _cut_off(connected: socket.socket, seconds: float) -> Iterator[None]:
    """Shut the socket down after `seconds`: its own time-out begins anew with each byte.

    Raises TimeoutError where it came to that, however far the answer had come.
    """
    is_over = threading.Event()

    def shut() -> None:
        is_over.set()
        with suppress(OSError):
            # Below TLS, which would say good-bye first.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # before the socket is closed and its number is another's
        if is_over.is_set():
            raise TimeoutError


@cache
def tls() -> ssl.SSLContext:
    """Trusts whom the system trusts. Kept: to read that list takes longer than a call."""
    return ssl.create_default_context()
