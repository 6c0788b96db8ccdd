"""Create, change, find and switch off partners' applications."""

from collections.abc import Collection, Sequence
from functools import reduce
from operator import or_

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.db import transaction
from django.db.models import Q, QuerySet

from shop.access.models import Application
from shop.access.tokens import SCOPES, may_act


@transaction.atomic
def create_application(
    name: str,
    *,
    owner: AbstractBaseUser | None = None,
    redirect_uris: Sequence[str] = (),
    scopes: Sequence[str] = SCOPES,
    rate: int | None = None,
    burst: int | None = None,
    demo: bool = False,
) -> tuple[Application, str]:
    """Create an application; return it and its client secret, which is stored as a digest only.

    `owner` is responsible for what it does by itself. It asks users for consent at `redirect_uris`.
    `rate` calls a second and `burst` at once are its own rate limit, if it has one.
    """
    client = OAuthClient(name=name, owner=owner)
    _set_access(client, redirect_uris, scopes)
    secret = _set_secret(client)
    client.save()
    limit = {"rate": rate, "burst": burst}
    return Application.objects.create(name=name, oauth_client=client, demo=demo, **limit), secret


def renew_client_secret(application: Application) -> str:
    """Return a new client secret; the old one is refused from now on, tokens stay valid."""
    client = application.oauth_client
    secret = _set_secret(client)
    client.save(update_fields=["secret"])
    return secret


def _set_secret(client: OAuthClient) -> str:
    secret: str = get_adapter().generate_client_secret()
    # 256 random bits need no slow hash, which would slow down every request for a token.
    hasher = PBKDF2PasswordHasher()
    client.secret = hasher.encode(secret, hasher.salt(), iterations=1)
    return secret


@transaction.atomic
def change_application(
    application: Application,
    name: str,
    *,
    owner: AbstractBaseUser | None,
    redirect_uris: Sequence[str],
    scopes: Sequence[str],
    rate: int | None,
    burst: int | None,
) -> None:
    """Change an application. A scope that it loses is taken from all its tokens at once.

    One that it gains is for tokens that are issued from now on.
    """
    client = application.oauth_client
    lost = frozenset(client.get_scopes()) - frozenset(scopes)
    client.name = application.name = name
    client.owner = owner
    application.rate, application.burst = rate, burst
    _set_access(client, redirect_uris, scopes)
    client.save()
    application.save(update_fields=["name", "rate", "burst"])
    # By their scopes: tokens are many, and the sets of scopes are few.
    held = tokens_with(application, lost).order_by()
    for text in list(held.values_list("scopes", flat=True).distinct()):
        kept = [scope for scope in text.split() if scope not in lost]
        Token.objects.filter(client=client, scopes=text).update(scopes="\n".join(kept))


def tokens_with(application: Application, scopes: Collection[str]) -> QuerySet[Token]:
    """Return the tokens of `application` that have one of `scopes`."""
    # No scope is a part of another one's name.
    held = reduce(or_, (Q(scopes__contains=scope) for scope in scopes), Q(pk__in=[]))
    found: QuerySet[Token] = Token.objects.filter(held, client=application.oauth_client)
    return found


def _set_access(client: OAuthClient, redirect_uris: Sequence[str], scopes: Sequence[str]) -> None:
    kinds = OAuthClient.GrantType
    grants = [kinds.CLIENT_CREDENTIALS]
    if redirect_uris:
        grants += [kinds.AUTHORIZATION_CODE, kinds.REFRESH_TOKEN]
    client.set_scopes(list(scopes))
    client.set_default_scopes(list(scopes))
    client.set_redirect_uris(list(redirect_uris))
    client.grant_types = "\n".join(grants)


def find_application(client_id: str) -> Application | None:
    """Return the application of this client id, or None if there is none that may act."""
    # PostgreSQL refuses text with a NUL.
    if "\x00" in client_id:
        return None
    applications = Application.objects.select_related("oauth_client__owner")
    application = applications.filter(oauth_client_id=client_id).first()
    if application is None or not may_act(application, application.oauth_client.owner):
        return None
    return application


def knows_secret(application: Application, secret: str) -> bool:
    """Return whether `secret` is the client secret, in constant time."""
    encoded = application.oauth_client.secret
    return identify_hasher(encoded).verify(secret, encoded)


def switch(application: Application, *, on: bool) -> bool:
    """Switch an application, and all its tokens, on or off; False if it is so already."""
    switchable = Application.objects.filter(pk=application.pk, active=not on)
    return bool(switchable.update(active=on))
