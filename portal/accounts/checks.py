"""System checks of the key that encrypts second factors."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 -- Django's own name
from django.db import DatabaseError

from portal.accounts.factor_encryption import has_unknown_keys


@register(Tags.security, deploy=True)
def check_factor_key(**kwargs: Any) -> list[CheckMessage]:
    """Warn where secrets of authenticator apps are stored in clear; fail where no key opens one."""
    found: list[CheckMessage] = []
    if not (settings.FACTOR_KEY or settings.DEMO):
        found.append(
            Warning(
                "FACTOR_KEY is not set: the database holds the secrets of authenticator apps in clear.",
                id="accounts.W001",
            )
        )
    try:
        if has_unknown_keys():
            found.append(
                Error(
                    "FACTOR_KEY does not decrypt a stored second factor; its owner cannot sign in. "
                    "Add the key of before to FACTOR_KEY_FALLBACKS.",
                    id="accounts.E001",
                )
            )
    except DatabaseError:
        pass  # not migrated yet, or out of reach: other checks say so
    return found
