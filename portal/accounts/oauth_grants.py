"""The grants of OAuth 2, and what a code or refresh token that is used twice ends (contract).

Every token that comes of one consent carries the same family in its `data`. A code or a rotated
refresh token that comes again may have been stolen, so it ends its whole family (RFC 6749, 4.1.2;
RFC 9700, 4.14.2): also where a program calls twice at once.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from allauth.idp.oidc import views as provider
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from portal.accounts.backends import is_of_another_profile
from shop.access.models import Application
from shop.row_locks import lock_rows

CODE = re.compile(r"\A[A-Za-z0-9_-]{1,128}\Z")
FAMILY, SPENT = "family", "spent"  # names in a token's data
DESCRIPTIONS = {
    "access_denied": "The user declined.",
    "invalid_client": "Client id and secret do not belong to an application.",
    "invalid_grant": "The code or refresh token is unknown, expired, used or another client's.",
    "invalid_request": "A parameter is missing or malformed.",
    "invalid_scope": "This application may not have all of these scopes.",
    "temporarily_unavailable": "Too many requests. Wait as Retry-After says.",
    "unauthorized_client": "This application may not use this grant.",
    "unsupported_grant_type": "This grant type is not supported.",
    "unsupported_response_type": "The response_type must be code.",
}

Grant = Callable[[HttpRequest, Application], HttpResponse]


def described_error(
    status: int, error: str, description: str = "", headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return the error response of RFC 6749, 5.2, with its `error_description` (contract)."""
    body = {"error": error, "error_description": description or DESCRIPTIONS[error]}
    return JsonResponse(body, status=status, headers=headers)


def _by_credentials(request: HttpRequest, application: Application) -> HttpResponse:
    return _described(provider.token(request))


def _by_code(request: HttpRequest, application: Application) -> HttpResponse:
    """Use an authorization code once."""
    code = request.POST.get("code", "")
    if not code:
        return described_error(400, "invalid_request", "The parameter code is missing.")
    if not CODE.match(code):
        return described_error(400, "invalid_grant")
    family = hashlib.sha256(code.encode()).hexdigest()
    key = f"oauth-code-{family}"
    with _one_at_a_time(application):
        if not cache.add(key, value=True, timeout=600):
            _end_family(application, family)
            return described_error(400, "invalid_grant")
        response: HttpResponse = provider.token(request)
        if response.status_code == 200:
            _join_family(response, family)
            return response
        # The cache may have forgotten that the code was used.
        _end_family(application, family)
        cache.delete(key)
    return _described(response)


def _by_refresh_token(request: HttpRequest, application: Application) -> HttpResponse:
    """Use a refresh token once."""
    value = request.POST.get("refresh_token", "")
    if not value:
        return described_error(400, "invalid_request", "The parameter refresh_token is missing.")
    with _one_at_a_time(application):
        found = Token.objects.filter(client=application.oauth_client).by_value(value)
        old = found.filter(type=Token.Type.REFRESH_TOKEN).first()
        if old is None or is_of_another_profile(old.user):
            return described_error(400, "invalid_grant")
        data = old.data or {}
        if SPENT in data:
            _end_family(application, data[FAMILY])
            return described_error(400, "invalid_grant")
        response: HttpResponse = provider.token(request)
        if response.status_code == 200:
            family = data.get(FAMILY) or uuid.uuid4().hex
            _join_family(response, family)
            _keep_spent(old, family)
            return response
    return _described(response)


@contextmanager
def _one_at_a_time(application: Application) -> Iterator[None]:
    """Run the block in a transaction, after those of other calls of the same application."""
    with transaction.atomic():
        lock_rows(OAuthClient.objects.filter(pk=application.oauth_client_id))
        yield


def _join_family(response: HttpResponse, family: str) -> None:
    """Note the family on the tokens that `response` hands out."""
    given = json.loads(response.content)
    for name in ("access_token", "refresh_token"):
        for token in Token.objects.by_value(given.get(name, "")):
            token.data = {**(token.data or {}), FAMILY: family}
            token.save(update_fields=["data"])


def _keep_spent(old: Token, family: str) -> None:
    """Keep a rotated refresh token, expired, for as long as its successors can live."""
    now = timezone.now()
    spent = Token(type=old.type, hash=old.hash, client=old.client, user=old.user, expires_at=now)
    spent.data = {FAMILY: family, SPENT: True}
    spent.save()
    kept = timedelta(seconds=settings.IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN)
    outlived = Token.objects.filter(client=old.client, user=old.user, type=old.type)
    outlived.filter(data__has_key=SPENT, created_at__lt=now - kept).delete()


def _end_family(application: Application, family: str) -> None:
    tokens = Token.objects.filter(client=application.oauth_client)
    tokens.filter(**{f"data__{FAMILY}": family}).delete()


def end_access_of(refresh_token: Token) -> None:
    """Revoke the access tokens that came of the same consent (RFC 7009, 2.1)."""
    held = Token.objects.filter(client=refresh_token.client, user=refresh_token.user)
    if family := (refresh_token.data or {}).get(FAMILY):  # older ones have none
        held = held.filter(**{f"data__{FAMILY}": family})
    held.filter(type=Token.Type.ACCESS_TOKEN).delete()


def _described(response: HttpResponse) -> HttpResponse:
    """Return allauth's `response` with an `error_description`, which it often leaves out."""
    if response.status_code == 200:
        return response
    given = json.loads(response.content)
    error = given.get("error", "invalid_request")
    description = given.get("error_description") or DESCRIPTIONS.get(
        error, "The request was rejected."
    )
    response.content = json.dumps({"error": error, "error_description": description})
    return response


GRANTS: dict[str, Grant] = {
    "authorization_code": _by_code,
    "client_credentials": _by_credentials,
    "refresh_token": _by_refresh_token,
}
