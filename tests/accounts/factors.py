"""Users with second factors, and browsers in which they have used them."""

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from shop.tenancy.models import User
from tests.accounts.passkey import Passkey, add, at_localhost
from tests.factories import PASSWORD, make_user
from tests.pages import Response

LOGIN = "/account/login/"
SECOND_STEP = "/account/2fa/authenticate/"
SECRET = base64.b32encode(b"twenty bytes of hush").decode()


def app_code(secret: str = SECRET, at: float | None = None) -> str:
    """Return the code that an authenticator app shows (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    number = int.from_bytes(digest[digest[-1] & 15 :][:4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def add_app(user: User) -> None:
    """An authenticator app that knows SECRET."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": SECRET})


def by_password(browser: Client, user: User, password: str = PASSWORD) -> Response:
    """Type e-mail and password."""
    return browser.post(LOGIN, {"login": user.email, "password": password})


def by_password_and_app(user: User) -> Client:
    """A browser in which `user` has signed in by password and app."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        add_app(user)
    browser = at_localhost()
    assert by_password(browser, user)["Location"] == SECOND_STEP
    cache.clear()  # the code may have been used a moment ago
    assert browser.post(SECOND_STEP, {"code": app_code()}).status_code == 302
    return browser


def with_passkey(user: User, passkey: Passkey) -> None:
    """Give `user`, who has neither password nor factor, `passkey`."""
    user.set_unusable_password()
    user.save()
    assert add(at_localhost(user), passkey).status_code == 302


def member_with_passkey(**fields: object) -> tuple[User, Passkey]:
    """A member who has nothing but a passkey."""
    user, passkey = make_user(**fields), Passkey()
    with_passkey(user, passkey)
    return user, passkey
