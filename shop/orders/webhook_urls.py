"""URLs that webhooks may go to: public ones only (contract, "redirection_uri")."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from shop.worker.networks import is_allowed

LABEL = re.compile(r"\A(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
NUMBER = re.compile(r"\A(?:[0-9]+|0[xX][0-9A-Fa-f]*)\Z")


def webhook_url_error(uri: str, *, demo: bool) -> str | None:
    """The English error text for a URI that cannot take webhooks; None where it can.

    Does not look the name up. `demo` allows http and loopback.
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
    """The error text for a name or address that cannot take webhooks; None where it can."""
    try:
        address = ip_address(host)
    except ValueError:
        return _name_error(host, demo=demo)
    if is_allowed(address, allow_local=demo):
        return None
    return "must not be an address that is not public."


def _name_error(name: str, *, demo: bool) -> str | None:
    labels = name.removesuffix(".").split(".")
    # Numbers in other notations (127.1, 0x7f000001) are addresses to many resolvers.
    if len(name) > 253 or not all(LABEL.match(label) for label in labels):
        return "must name a valid host."
    if NUMBER.match(labels[-1]):
        return "must name a valid host."
    if labels[-1] == "localhost" and not demo:
        return "must not be a name of this machine."
    return None
