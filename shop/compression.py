"""Compressed answers of the APIs, their description and their guides (contract, "Orders API")."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

from shop.middleware import APIS

SMALL = 1024  # bytes that fit into one packet anyway
READABLE = ("application/json", "application/xml", "text/")
# As Django's own middleware does: the length then tells little of what is secret in a page
# (BREACH). A page of another site that calls the APIs reads no response, and adds nothing to one.
RANDOM_BYTES = 100


class CompressionMiddleware:
    """Compresses what the APIs answer, for callers who take gzip."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, compressed if that helps."""
        response = self.get_response(request)
        if response.status_code == 304:
            # It would be that of the answer which the caller has (RFC 9110, 8.6).
            del response["Content-Length"]
        if not APIS.match(request.path) or response.streaming or len(response.content) <= SMALL:
            return response
        is_readable = response.get("Content-Type", "").startswith(READABLE)
        if not is_readable or "Content-Encoding" in response.headers:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if takes_gzip(request.headers.get("Accept-Encoding", "")):
            response.content = compress_string(response.content, max_random_bytes=RANDOM_BYTES)
            response["Content-Encoding"] = "gzip"
            response["Content-Length"] = str(len(response.content))
        return response


def takes_gzip(accepted: str) -> bool:
    """Return whether a header Accept-Encoding takes gzip (RFC 9110, 12.5.3)."""
    weights = {}
    for choice in accepted.lower().split(","):
        coding, _, weight = choice.partition(";")
        weights[coding.strip()] = weight.strip().removeprefix("q=") or "1"
    weight = weights.get("gzip", weights.get("*", "0"))
    return weight.strip("0.") != ""
