"""How often tokens may be asked for: by address and by program, in the shared cache."""

from ipaddress import ip_address

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest

from shop.access.models import Application


def address_limited(request: HttpRequest) -> bool:
    """Count a call from the caller's address; whether there were too many."""
    return not _consume(request, "address")


def client_limited(request: HttpRequest, application: Application) -> bool:
    """Whether `application` has got too many tokens."""
    return not _consume(request, "client", key=application.oauth_client_id, dry_run=True)


def count_token(request: HttpRequest, application: Application) -> None:
    """Count a token that `application` got. Failures are not counted: anybody can make some."""
    _consume(request, "client", key=application.oauth_client_id)


def _consume(request: HttpRequest, action: str, **options: object) -> bool:
    # The demo profile is for trying things out.
    if settings.DEMO and ip_address(get_adapter().get_client_ip(request)).is_loopback:
        return True
    rates = settings.OAUTH_TOKEN_RATES
    return bool(ratelimit.consume(request, app="oauth", action=action, config=rates, **options))
