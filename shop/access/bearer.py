"""Check bearer tokens."""

from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.models import Token

from shop.access.applications import may_act
from shop.access.models import Application
from shop.access.tokens import record_use


@dataclass(frozen=True)
class Bearer:
    """A valid token, the application that holds it (if any), and its scopes.

    `user` is responsible for it: the token's user, or else the owner of the application.
    """

    token: Token
    application: Application | None
    user: Any
    scopes: frozenset[str]


def check_bearer(value: str) -> Bearer | None:
    """Return the bearer of the token `value`, or None if it is unknown, expired or refused.

    Takes one query, and one update per hour.
    """
    token = (
        Token.objects.valid()
        .by_value(value)
        .filter(type=Token.Type.ACCESS_TOKEN)
        .select_related("user", "client__owner", "client__application")
        .first()
    )
    if token is None:
        return None
    application: Application | None = getattr(token.client, "application", None)
    user = token.user or (token.client.owner if token.client else None)
    if user is None and application is None:
        return None
    if not may_act(application, user):
        return None
    record_use(token)
    return Bearer(token, application, user, frozenset(token.get_scopes()))
