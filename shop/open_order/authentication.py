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
from shop.faults import fault
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
        if not value.strip():
            raise ApiError(401, fault("missing_token"))
        bearer = check_bearer(value.strip())
        if bearer is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise ApiError(401, fault("invalid_token"), headers=challenge)
        return Authenticated(bearer.token.user, bearer.application, bearer.user, bearer.scopes)
    if kind.lower() == "basic":
        return _by_password(request, value.strip())
    raise ApiError(401, fault("unsupported_authorization"))


def _by_password(request: HttpRequest, value: str) -> Authenticated:
    try:
        email, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError(401, fault("unreadable_credentials")) from None
    # PostgreSQL takes no text with a NUL.
    if not (email and colon and password) or "\x00" in email + password:
        raise ApiError(401, fault("unreadable_credentials"))
    # allauth counts failed sign-ins only for POST.
    counted = copy.copy(request)
    counted.method = "POST"
    try:
        user = get_adapter(request).authenticate(counted, email=email, password=password)
    except ValidationError:
        raise ApiError(429, fault("too_many_sign_ins")) from None
    if user is None or not user.is_active:
        raise ApiError(401, fault("wrong_password"))
    if user.is_staff or is_mfa_enabled(user):
        raise ApiError(403, fault("password_not_enough"))
    return Authenticated(user, client_admin=user)
