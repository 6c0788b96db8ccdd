"""Retention of access tokens and grants that have expired."""

from collections.abc import Callable
from datetime import timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

BATCH = 500
SPENT = Q(data__has_key="spent")  # refresh tokens that were used, kept to see a second use


def expired_tokens() -> QuerySet[Token]:
    """Return what expired KEEP_EXPIRED_TOKENS_DAYS ago, but for tokens that people have named.

    A used refresh token stays for as long as its successors can live.
    """
    now = timezone.now()
    ended = now - timedelta(days=settings.KEEP_EXPIRED_TOKENS_DAYS)
    outlived = now - timedelta(seconds=settings.IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN)
    found: QuerySet[Token] = Token.objects.filter(
        (Q(expires_at__lt=ended) & ~SPENT) | Q(expires_at__lt=min(ended, outlived))
    )
    return found.exclude(data__has_key="name")


def delete_expired_tokens(beat: Callable[[], None]) -> None:
    """Delete `expired_tokens`, calling `beat` before each batch; hourly."""
    while pks := list(expired_tokens().order_by("pk").values_list("pk", flat=True)[:BATCH]):
        beat()
        Token.objects.filter(pk__in=pks).delete()
