"""Secrets that sign webhooks (Standard Webhooks)."""

import base64
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shop.access.models import Application, SigningSecret

OVERLAP = timedelta(days=1)


def signing_secrets(application: Application) -> list[str]:
    """Return the valid secrets of `application`, newest first; each signs every message."""
    valid = Q(valid_until__isnull=True) | Q(valid_until__gt=timezone.now())
    return list(application.signing_secrets.filter(valid).values_list("secret", flat=True))


@transaction.atomic
def rotate(application: Application) -> str:
    """Create and return a new secret; the previous one stays valid for a day."""
    now = timezone.now()
    application.signing_secrets.filter(valid_until__lte=now).delete()
    application.signing_secrets.filter(valid_until=None).update(valid_until=now + OVERLAP)
    secret = new_secret()
    SigningSecret.objects.create(application=application, secret=secret)
    return secret


def new_secret() -> str:
    """Return a new secret in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
