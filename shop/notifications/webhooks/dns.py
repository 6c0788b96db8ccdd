"""From a receiver's name to addresses that we may connect to."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from ipaddress import ip_address

from django.conf import settings

from shop.orders.webhook_urls import Address, is_public, unwrap

Lookup = Callable[[str, int], list[Address]]


class NotPublicError(Exception):
    """The name leads, or also leads, to where a partner must not send us."""


def look_up(host: str, port: int) -> list[Address]:
    """All addresses of `host`, which may be one itself. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(where[0]) for *_kind, where in found))


def public_addresses(
    host: str, port: int, *, seconds: float, lookup: Lookup = look_up
) -> list[Address]:
    """The addresses of `host`, asked for once: connect to these, never to the name again.

    Raises NotPublic unless each of them is public (or, in the demo profile, loopback), OSError
    where there are none, TimeoutError after `seconds`.
    """
    addresses = _in_time(lambda: lookup(host, port), seconds)
    if not all(_is_allowed(address) for address in addresses):
        raise NotPublicError
    return addresses


def _is_allowed(address: Address) -> bool:
    return is_public(address) or (settings.DEMO and unwrap(address).is_loopback)


def _in_time(call: Callable[[], list[Address]], seconds: float) -> list[Address]:
    # Who answers for the name is the partner's choice, too, and the system's own patience is
    # half a minute. Nothing can interrupt it, so it is left to end by itself.
    result: Future[list[Address]] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except Exception as error:  # noqa: BLE001 -- raised by whoever waits
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result.result(timeout=seconds)
