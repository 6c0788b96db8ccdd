"""Probe of the way into the shop: what arrives at a web process of a request sent from outside.

`manage.py doctor` asks for it through the proxies. The path holds a token that only a holder of
SECRET_KEY can make, and that is worthless after a minute, so nobody else learns anything here.
"""

import secrets
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shop.access.client_address import UnknownClientAddressError, client_ip
from shop.version import version

SECONDS = 60


@dataclass(frozen=True)
class Arrival:
    """A request as it arrived at a web process."""

    nonce: str
    version: str
    forwarded_for: list[str]  # the entries of X-Forwarded-For
    forwarded_proto: str
    client: str  # the address that rate limits count; "" if it cannot be told
    is_secure: bool
    trusted_proxies: int


def new_token() -> str:
    """Return a token that cannot be guessed, valid for a minute."""
    return _signer().sign(secrets.token_hex(16))


def nonce_of(token: str) -> str:
    """Return the part of `token` that differs each time."""
    return token.partition("~")[0]


@never_cache
@require_GET
def probe(request: HttpRequest, token: str) -> HttpResponse:
    """Answer what arrived, as JSON; 404 unless `token` is ours and fresh."""
    try:
        nonce = _signer().unsign(token, max_age=SECONDS)
    except BadSignature as error:
        raise Http404 from error
    entries = request.headers.get("X-Forwarded-For", "").split(",")
    return JsonResponse(
        asdict(
            Arrival(
                nonce=nonce,
                version=version(),
                forwarded_for=[entry.strip() for entry in entries if entry.strip()],
                forwarded_proto=request.headers.get("X-Forwarded-Proto", ""),
                client=_client(request),
                is_secure=request.is_secure(),
                trusted_proxies=settings.ALLAUTH_TRUSTED_PROXY_COUNT,
            )
        )
    )


def _client(request: HttpRequest) -> str:
    try:
        return str(client_ip(request))
    except UnknownClientAddressError:
        return ""


def _signer() -> TimestampSigner:
    return TimestampSigner(sep="~", salt="shop.operations.probe")
