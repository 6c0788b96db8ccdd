"""The client's IP address, and the part of it that rate limits count."""

import logging
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from allauth.core.internal.httpkit import clean_client_ip
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from shop.errors import error

logger = logging.getLogger(__name__)

ONE_LINE = 64  # bits: an internet connection usually has all addresses that share them


class UnknownClientAddressError(BadRequest):
    """The request does not say where it comes from: our proxies are set up otherwise than told."""


def client_ip(request: HttpRequest) -> IPv4Address | IPv6Address:
    """Return the address of the client, as the outermost of the TRUSTED_PROXIES saw it.

    An IPv4 address inside an IPv6 address (`::ffff:192.0.2.7`) is returned as IPv4. A request
    without `X-Forwarded-For` did not come through the proxies and counts for its own peer. Raises
    UnknownClientAddressError if the header has fewer entries than there are proxies, or no address.
    """
    found = clean_client_ip(_told(request))
    if found is None:
        raise UnknownClientAddressError("The client's IP address cannot be read.")
    ip = ip_address(found)
    return (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip


def counted_address(ip: IPv4Address | IPv6Address) -> str:
    """Return what rate limits count for `ip`: the address, or the /64 of an IPv6 address.

    (contract, "Orders API": an IPv6 address counts by its /64.)
    """
    return str(ip) if ip.version == 4 else str(IPv6Network((ip, ONE_LINE), strict=False))


def is_exempt(ip: IPv4Address | IPv6Address) -> bool:
    """Return whether calls from `ip` are not limited: the demo's, from this machine."""
    return settings.DEMO and ip.is_loopback


def _told(request: HttpRequest) -> str:
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    header = request.headers.get("X-Forwarded-For", "")
    if not proxies or not header:
        return str(request.META.get("REMOTE_ADDR", ""))
    entries = header.split(",")
    if len(entries) < proxies:
        raise UnknownClientAddressError(
            f"X-Forwarded-For has fewer entries ({len(entries)}) than TRUSTED_PROXIES ({proxies})."
        )
    return str(entries[-proxies])


class ClientAddressMiddleware:
    """Answers 400 where the client's IP address is needed and cannot be told.

    Django would do the same, with a traceback in the log for each such request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the response for an UnknownClientAddressError, None for any other exception."""
        if not isinstance(exception, UnknownClientAddressError):
            return None
        logger.warning("Bad Request: %s: %s", request.path, exception)
        response = error(request, exception, status=400)
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 -- one line
        return response
