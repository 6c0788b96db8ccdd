"""Checks that webhooks go to public hosts only (contract, "redirection_uri")."""

import re
from ipaddress import ip_address
from typing import LiteralString
from urllib.parse import urlsplit

from shop.worker.networks import is_allowed

LABEL = re.compile(r"\A(?!-)[A-Za-z0-9_-]{1,63}(?<!-)\Z")
NUMBER = re.compile(r"\A(?:[0-9]+|0[xX][0-9A-Fa-f]*)\Z")


def webhook_url_error(uri: str, *, demo: bool) -> LiteralString | None:
    """Return a problem's code if `uri` cannot take webhooks; `demo` allows http and loopback."""
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return "not_ascii"
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "not_a_uri"
    if "#" in uri:
        return "fragment"
    if parts.scheme != "https" and not (demo and parts.scheme == "http"):
        return "not_https"
    if not host or port == 0 or "%" in host:
        return "no_host"
    if "[" in parts.netloc and ":" not in host:
        return "invalid_host"  # RFC 3986 reserves [v1.a] for future use
    if "@" in parts.netloc:
        return "user_information"
    return host_error(host, demo=demo)


def host_error(host: str, *, demo: bool) -> LiteralString | None:
    """Return a problem's code if `host`, a name or an IP address, cannot take webhooks."""
    try:
        return None if is_allowed(ip_address(host), allow_local=demo) else "not_public"
    except ValueError:
        labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(LABEL.match(label) for label in labels):
        return "invalid_host"
    # Numbers in other notations (127.1, 0x7f000001) are addresses to many resolvers.
    if NUMBER.match(labels[-1]):
        return "invalid_host"
    return "local_name" if labels[-1] == "localhost" and not demo else None
