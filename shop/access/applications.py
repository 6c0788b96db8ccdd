"""Create, find and switch off partners' applications."""

from collections.abc import Sequence

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as OAuthClient
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.db import transaction

from shop.access.models import Application
from shop.access.tokens import SCOPES, may_act


@transaction.atomic
def create_application(
    name: str,
    *,
    owner: AbstractBaseUser | None = None,
    redirect_uris: Sequence[str] = (),
    scopes: Sequence[str] = SCOPES,
    demo: bool = False,
) -> tuple[Application, str]:
    """Create an application; return it and its client secret, which is stored as a digest only.

    `owner` is responsible for what it does by itself. It asks users for consent at `redirect_uris`.
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
    # 256 random bits need no slow hash, which would slow down every request for a token.
    hasher = PBKDF2PasswordHasher()
    client.secret = hasher.encode(secret, hasher.salt(), iterations=1)
    client.save()
    return Application.objects.create(name=name, oauth_client=client, demo=demo), secret


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
