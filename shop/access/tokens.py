"""Issue tokens. Only digests are stored: a token's value is seen once, by whoever asked for it."""

import secrets
from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shop.access.models import Application

READ = "orders:read"
WRITE = "orders:write"
SCOPES = (READ, WRITE)
NOTED_AFTER = timedelta(hours=1)


def issue(
    name: str,
    *,
    holder: Application | AbstractBaseUser,
    scopes: tuple[str, ...] = SCOPES,
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


def tokens_of(application: Application) -> QuerySet[Token]:
    """What lets `application` in, the most lasting first; of what has expired only issued ones.

    To revoke a token is to delete its row.
    """
    issued = Q(data__has_key="name")
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    kinds = (Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
    found: QuerySet[Token] = Token.objects.filter(
        live | issued, client=application.oauth_client, type__in=kinds
    )
    return found.select_related("user").order_by(F("expires_at").desc(nulls_first=True), "-pk")


def personal_tokens_of(user: AbstractBaseUser) -> QuerySet[Token]:
    """The tokens that `user` holds themselves, the newest first; expired ones, too.

    To revoke a token is to delete its row: orders that wait take it for a revoked one.
    """
    held: QuerySet[Token] = Token.objects.filter(
        user=user, client=None, type=Token.Type.ACCESS_TOKEN
    )
    return held.order_by("-pk")


def programs_of(user: AbstractBaseUser) -> QuerySet[Application]:
    """The programs that hold a live token in the name of `user`, by name."""
    live = Token.objects.valid().filter(user=user, client__isnull=False)
    return Application.objects.filter(oauth_client__in=live.values("client")).order_by("name", "pk")


def revoke_access(user: AbstractBaseUser, application: Application) -> bool:
    """End all that `application` holds in the name of `user`; False where it holds nothing."""
    held = Token.objects.filter(user=user, client=application.oauth_client)
    return bool(held.delete()[0])


def last_used(token: Token) -> datetime | None:
    """When `token` was last presented, to the hour."""
    noted = (token.data or {}).get("last_used")
    return datetime.fromisoformat(noted) if noted else None


def record_use(token: Token) -> None:
    """Write down that `token` was presented, at most once an hour."""
    now, noted = timezone.now(), last_used(token)
    if noted and now - noted < NOTED_AFTER:
        return
    token.data = {**(token.data or {}), "last_used": now.isoformat()}
    Token.objects.filter(pk=token.pk).update(data=token.data)
