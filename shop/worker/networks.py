"""Public and private addresses, and name lookups that lead to public addresses only."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult

NAT64 = IPv6Network("64:ff9b::/96")
# 6to4 and local NAT64 contain an address of unknown reach.
TUNNELS = (IPv6Network("2002::/16"), IPv6Network("64:ff9b:1::/48"), IPv4Network("192.88.99.0/24"))
# Older versions of Python take these for public: site-local (RFC 3879), documentation (RFC 9637,
# RFC 6676), segment routing (RFC 9602), discard-only (RFC 9780), and protocols (RFC 6890).
NOT_PUBLIC = (
    IPv6Network("fec0::/10"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
    IPv6Network("100::/63"),
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("233.252.0.0/24"),
)
PORTS = {"https": 443, "http": 80}

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], list[Address]]


class NotPublicError(Exception):
    """The URL leads, or also leads, to an address that we must not connect to."""


def unwrap(address: Address) -> Address:
    """The IPv4 address inside a mapped or NAT64 one; any other address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def is_public(address: Address) -> bool:
    """Tell if packets to `address` leave for the public network, to one receiver."""
    address = unwrap(address)
    if any(address in network for network in (*TUNNELS, *NOT_PUBLIC)):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_allowed(address: Address, *, allow_local: bool) -> bool:
    """Tell if we may connect to `address`: a public one or, with `allow_local`, loopback."""
    return is_public(address) or (allow_local and unwrap(address).is_loopback)


def host_and_port(url: SplitResult) -> tuple[str, int]:
    """Host and port of an http or https URL, without the final dot of a name."""
    return (url.hostname or "").rstrip("."), url.port or PORTS[url.scheme]


def look_up(host: str, port: int) -> list[Address]:
    """All addresses of `host`, which may be one itself. Raises OSError where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(where[0]) for *_kind, where in found))


def public_addresses(
    host: str, port: int, lookup: Lookup, *, seconds: float, allow_local: bool
) -> list[Address]:
    """The addresses of `host`, looked up once: connect to these, not to the name.

    Raises NotPublicError unless each of them is allowed, OSError where there are none,
    TimeoutError after `seconds`.
    """
    # The owner of the name also chooses its name server, and the resolver's own time-out is half
    # a minute. It cannot be interrupted, so the thread is left to end by itself.
    result: Future[list[Address]] = Future()

    def run() -> None:
        try:
            result.set_result(lookup(host, port))
        except Exception as error:  # noqa: BLE001 -- raised again by result()
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    addresses = result.result(timeout=seconds)
    if not all(is_allowed(address, allow_local=allow_local) for address in addresses):
        raise NotPublicError
    return addresses
