"""Authentication of the open order's callers by Basic password or Bearer token."""

import base64
import binascii
import copy
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from shop.access.models import Application
from shop.access.tokens import check_bearer
from shop.open_order.envelope import ApiError
from shop.tenancy.models import User


@dataclass(frozen=True)
class Authenticated:
    """A caller. `client_admin` may act for their clients, also when a program of theirs calls."""

    user: User | None = None
    application: Application | None = None
    client_admin: User | None = None
    scopes: frozenset[str] | None = None  # None: no restriction


NOBODY = Authenticated()


def authenticate(request: HttpRequest) -> Authenticated:
    """The holder of the request's `Authorization`; NOBODY without one. Raises ApiError."""
    header = request.headers.get("Authorization")
    if header is None:
        return NOBODY
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        bearer = check_bearer(value.strip()) if value.strip() else None
        if bearer is None:
            raise ApiError(401, "This token is not live.")
        return Authenticated(bearer.token.user, bearer.application, bearer.user, bearer.scopes)
    if kind.lower() == "basic":
        return _by_password(request, value.strip())
    raise ApiError(401, "Authenticate by Basic or Bearer.")


def _by_password(request: HttpRequest, value: str) -> Authenticated:
    try:
        email, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError(401, "The Basic credentials cannot be read.") from None
    # PostgreSQL takes no text with a NUL.
    if not (email and colon and password) or "\x00" in email + password:
        raise ApiError(401, "The Basic credentials cannot be read.")
    # allauth counts failed sign-ins only for POST.
    counted = copy.copy(request)
    counted.method = "POST"
    try:
        user = get_adapter(request).authenticate(counted, email=email, password=password)
    except ValidationError:
        raise ApiError(429, "Too many failed sign-ins. Wait some minutes.") from None
    if user is None or not user.is_active:
        raise ApiError(401, "E-mail or password is wrong.")
    if user.is_staff or is_mfa_enabled(user):
        raise ApiError(403, "A password alone is not enough here: use a token.")
    return Authenticated(user, client_admin=user)
