"""Issue, check, list and revoke access tokens. Only digests are stored: a value is shown once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shop.access.models import Application
from shop.compiled_queries import CompiledQuery, Parameter
from shop.row_locks import lock_rows

READ = "orders:read"
WRITE = "orders:write"
BILLING = "billing:read"
WEBHOOKS = "webhooks"
SCOPES = (READ, WRITE, BILLING, WEBHOOKS)
# Webhooks are an application's own business.
PERSONAL_SCOPES = (READ, WRITE, BILLING)
RECORD_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Bearer:
    """A valid token, its scopes, its application, and its user, or the application's owner."""

    token: Token
    application: Application | None
    user: Any
    scopes: frozenset[str]


def issue(
    name: str,
    *,
    holder: Application | AbstractBaseUser,
    scopes: tuple[str, ...] = (),
    value: str = "",
    expires_at: datetime | None = None,
) -> str:
    """Issue a long-lived token and return its value; only the demo profile sets `value`.

    Without `scopes` it has all that its kind of holder may have.
    """
    value = value or secrets.token_urlsafe(32)
    token = Token(type=Token.Type.ACCESS_TOKEN, expires_at=expires_at, data={"name": name})
    if isinstance(holder, Application):
        token.client = holder.oauth_client
    else:
        token.user = holder
    token.set_value(value)
    possible = SCOPES if isinstance(holder, Application) else PERSONAL_SCOPES
    token.set_scopes(list(scopes or possible))
    token.save()
    return value


def tokens_of(application: Application) -> QuerySet[Token]:
    """Return the live tokens of `application`, last to expire first, and all that staff issued."""
    issued = Q(data__has_key="name")
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    kinds = (Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
    found: QuerySet[Token] = Token.objects.filter(
        live | issued, client=application.oauth_client, type__in=kinds
    )
    return found.select_related("user").order_by(F("expires_at").desc(nulls_first=True), "-pk")


def personal_tokens_of(user: AbstractBaseUser) -> QuerySet[Token]:
    """Return the personal tokens of `user`, newest first, with expired ones."""
    held: QuerySet[Token] = Token.objects.filter(user=user, client=None)
    return held.filter(type=Token.Type.ACCESS_TOKEN).order_by("-pk")


def programs_of(user: AbstractBaseUser) -> QuerySet[Application]:
    """Return the applications that hold a valid token of `user`, by name."""
    valid = Token.objects.valid().filter(user=user, client__isnull=False)
    held = Application.objects.filter(oauth_client__in=valid.values("client"))
    return held.order_by("name", "pk")


def revoke_access(user: AbstractBaseUser, application: Application) -> bool:
    """Delete the tokens of `user` that `application` holds; return False if there are none."""
    return _end(Token.objects.filter(user=user, client=application.oauth_client))


def live_tokens_of(user: AbstractBaseUser) -> QuerySet[Token]:
    """Return the personal tokens of `user` that still open the API, newest first."""
    return personal_tokens_of(user).filter(pk__in=Token.objects.valid().values("pk"))


def end_access(user: AbstractBaseUser) -> bool:
    """Delete all tokens of `user`, also those of applications; return False if there are none."""
    return _end(Token.objects.filter(user=user))


def _end(held: QuerySet[Token]) -> bool:
    with transaction.atomic():
        # After a refresh that is under way: it holds the lock, and leaves successors behind.
        lock_rows(OAuthClient.objects.filter(token__in=held))
        return bool(held.delete()[0])


def last_used(token: Token) -> datetime | None:
    """Return when `token` was last used, to the hour."""
    last = (token.data or {}).get("last_used")
    return datetime.fromisoformat(last) if last else None


def record_use(token: Token) -> None:
    """Record that `token` was used, at most once an hour."""
    now, last = timezone.now(), last_used(token)
    if last and now - last < RECORD_EVERY:
        return
    token.data = {**(token.data or {}), "last_used": now.isoformat()}
    Token.objects.filter(pk=token.pk).update(data=token.data)


def check_bearer(value: str) -> Bearer | None:
    """Return the bearer of the token `value`, or None if it is unknown, expired or refused."""
    token = _live_token.first(hash=get_adapter().hash_token(value), now=timezone.now())
    if token is None:
        return None
    application: Application | None = getattr(token.client, "application", None)
    if token.user is None and application is None:
        return None  # its client is none of ours, or no longer; it may have an owner all the same
    user = token.user or (token.client.owner if token.client else None)
    if not may_act(application, user):
        return None
    record_use(token)
    return Bearer(token, application, user, frozenset(token.get_scopes()))


def _of_user(path: str) -> tuple[str, ...]:
    """The columns that `may_act` and those who place an order need of a user."""
    needed = ("email", "canonical_email", "language", "is_active", "joined_at", "demo")
    return tuple(f"{path}__{name}" for name in needed)


# Nearly every call of the API makes this look-up. Its rows load their other columns when asked.
_live_token: CompiledQuery[Token] = CompiledQuery(
    lambda: (
        Token.objects.filter(hash=Parameter("hash"), type=Token.Type.ACCESS_TOKEN)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Parameter("now")))
        .select_related("user", "client__owner", "client__application")
        .only(
            *("user", "client__owner", "data", "scopes"),
            *(f"client__application__{name}" for name in ("active", "demo", "rate", "burst")),
            *_of_user("user"),
            *_of_user("client__owner"),
        )
    )
)


def may_act(application: Application | None, user: Any) -> bool:
    """Return whether an application and its user, either of whom may be None, may do anything.

    Neither may if one is switched off or inactive, or belongs to the demo and this is not it; nor
    may a user who shares a mailbox with an older one.
    """
    if not getattr(application, "active", True) or not getattr(user, "is_active", True):
        return False
    if user is not None and user.canonical_email is None:
        return False  # their mailbox is another user's: see `shop/tenancy/email_conflicts.py`
    demo = getattr(application, "demo", False) or getattr(user, "demo", False)
    return settings.DEMO or not demo
