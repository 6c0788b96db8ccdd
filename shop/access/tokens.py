"""Issue tokens. Only digests are stored: a token's value is seen once, by whoever asked for it."""

import secrets
from datetime import datetime

from allauth.idp.oidc.models import Token
from django.contrib.auth.base_user import AbstractBaseUser

from shop.access.models import Application

READ = "orders:read"
WRITE = "orders:write"


def issue(
    name: str,
    *,
    holder: Application | AbstractBaseUser,
    scopes: tuple[str, ...] = (READ, WRITE),
    value: str = "",
    expires_at: datetime | None = None,
) -> str:
    """A long-lived token for a program or, for themselves, a user; returns its value.

    `value` is given by the demo profile alone, whose tokens are printed in the documentation.
    """
    value = value or secrets.token_urlsafe(32)
    token = Token(
        type=Token.Type.ACCESS_TOKEN,
        client=holder.oauth_client if isinstance(holder, Application) else None,
        user=None if isinstance(holder, Application) else holder,
        expires_at=expires_at,
        data={"name": name},
    )
    token.set_value(value)
    token.set_scopes(list(scopes))
    token.save()
    return value
