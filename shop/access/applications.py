"""Make and find partners' programs."""

from collections.abc import Sequence
from typing import Any

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as OAuthClient
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.db import transaction

from shop.access.models import Application
from shop.access.tokens import SCOPES


@transaction.atomic
def create_application(
    name: str,
    *,
    owner: AbstractBaseUser | None = None,
    redirect_uris: Sequence[str] = (),
    scopes: Sequence[str] = SCOPES,
    demo: bool = False,
) -> tuple[Application, str]:
    """A program and its client secret, of which only a digest is stored.

    `owner` stands behind what the program does by itself. Without `redirect_uris` it cannot ask
    users for their consent.
    """
    kinds = OAuthClient.GrantType
    grants = [kinds.CLIENT_CREDENTIALS]
    if redirect_uris:
        grants += [kinds.AUTHORIZATION_CODE, kinds.REFRESH_TOKEN]
    client = OAuthClient(name=name, owner=owner)
    client.set_scopes(list(scopes))
    client.set_default_scopes(list(scopes))
    client.set_redirect_uris(list(redirect_uris))
    client.grant_types = "\n".join(grants)
    secret: str = get_adapter().generate_client_secret()
    # So many random bits need no slow hash, and asking for a token is not slowed down by one.
    hasher = PBKDF2PasswordHasher()
    client.secret = hasher.encode(secret, hasher.salt(), iterations=1)
    client.save()
    return Application.objects.create(name=name, oauth_client=client, demo=demo), secret


def find_application(client_id: str) -> Application | None:
    """The program of this client id, or None where it may do nothing."""
    # PostgreSQL takes no text with a NUL.
    if "\x00" in client_id:
        return None
    application = (
        Application.objects.select_related("oauth_client__owner")
        .filter(oauth_client_id=client_id)
        .first()
    )
    if application is None or not may_act(application, application.oauth_client.owner):
        return None
    return application


def knows_secret(application: Application, secret: str) -> bool:
    """Whether `secret` is the client secret; a wrong one costs no more time than the right one."""
    encoded = application.oauth_client.secret
    return identify_hasher(encoded).verify(secret, encoded)


def switch(application: Application, *, on: bool) -> bool:
    """Switch a program off, so that all its tokens are refused, or on again.

    False where it is so already.
    """
    others = Application.objects.filter(pk=application.pk, active=not on)
    return bool(others.update(active=on))


def may_act(application: Application | None, user: Any) -> bool:
    """Whether these two, as far as there are such, may do anything here and now.

    What belongs to the demo profile does nothing outside it, even if its rows exist; a program
    that staff have switched off does nothing at all.
    """
    if application is not None and not application.active:
        return False
    if user is not None and not user.is_active:
        return False
    return settings.DEMO or not (
        getattr(application, "demo", False) or getattr(user, "demo", False)
    )
