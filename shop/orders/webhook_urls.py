"""Which addresses a webhook may go to: public ones only (contract, "redirection_uri")."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

NAT64 = IPv6Network("64:ff9b::/96")
# 6to4 and local NAT64 carry an address of unknown reach inside.
TUNNELS = (
    IPv6Network("2002::/16"),
    IPv6Network("64:ff9b:1::/48"),
    IPv4Network("192.88.99.0/24"),
)
LABEL = re.compile(r"\A(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
NUMBER = re.compile(r"\A(?:[0-9]+|0[xX][0-9A-Fa-f]*)\Z")

Address = IPv4Address | IPv6Address


def unwrap(address: Address) -> Address:
    """The IPv4 address inside a mapped or NAT64 one; any other address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether packets to `address` leave for the public network, to one receiver."""
    address = unwrap(address)
    if any(address in tunnel for tunnel in TUNNELS):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def webhook_url_error(uri: str, *, demo: bool) -> str | None:
    """Why `uri` cannot take webhooks, in English; None where it can. Asks no name server.

    http and loopback are for the demo profile.
    """
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return "must be a URI of printable ASCII characters."
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "must be a valid URI."
    if parts.scheme != "https" and not (demo and parts.scheme == "http"):
        return "must be an absolute https URI."
    if not host or port == 0 or "%" in host:
        return "must name a host."
    if "[" in parts.netloc and ":" not in host:
        return "must name a valid host."  # an address of a kind still to be invented: [v1.a]
    if "@" in parts.netloc:
        return "must not contain user information."
    return host_error(host, demo=demo)


def host_error(host: str, *, demo: bool) -> str | None:
    """Why `host`, a name or an address, cannot take webhooks; None where it can."""
    try:
        address = ip_address(host)
    except ValueError:
        return _name_fault(host, demo=demo)
    if is_public(address) or (demo and unwrap(address).is_loopback):
        return None
    return "must not be an address that is not public."


def _name_fault(name: str, *, demo: bool) -> str | None:
    labels = name.removesuffix(".").split(".")
    # Numbers in other notations (127.1, 0x7f000001) are addresses to many resolvers.
    if len(name) > 253 or not all(LABEL.match(label) for label in labels):
        return "must name a valid host."
    if NUMBER.match(labels[-1]):
        return "must name a valid host."
    if labels[-1] == "localhost" and not demo:
        return "must not be a name of this machine."
    return None
