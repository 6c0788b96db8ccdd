"""Rate limits of the token endpoint, by IP address and application, in the shared cache."""

from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest

from shop.access.models import Application


def ip_limited(request: HttpRequest) -> bool:
    """Count a call from the caller's IP address; return whether there were too many."""
    return not _consume(request, "address")


def client_limited(request: HttpRequest, application: Application) -> bool:
    """Return whether `application` has received too many tokens."""
    return not _consume(request, "client", key=application.oauth_client_id, dry_run=True)


def count_token(request: HttpRequest, application: Application) -> None:
    """Count a token issued to `application`. Failures do not count: anybody can cause them."""
    _consume(request, "client", key=application.oauth_client_id)


def _consume(request: HttpRequest, action: str, **options: object) -> bool:
    # The demo profile is for trying things out on this machine.
    if settings.DEMO and ip_address(get_adapter().get_client_ip(request)).is_loopback:
        return True
    rates = settings.OAUTH_TOKEN_RATES
    return bool(ratelimit.consume(request, app="oauth", action=action, config=rates, **options))
