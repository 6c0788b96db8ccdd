"""Encryption of what authenticator apps and recovery codes are made from, under keys apart.

A copy of the database alone, such as a lost backup, opens no second factor: the key (FACTOR_KEY) is
in the environment. Passkeys need none of this: only their public half is stored.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from functools import lru_cache

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

MARK = "fernet:"  # before what is encrypted; no secret in clear has a colon
# The member of `Authenticator.data` that is secret.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class UnknownKeyError(Exception):
    """A stored secret was encrypted under a key that FACTOR_KEY and its fallbacks do not have."""


def encrypt(secret: str) -> str:
    """Return `secret` encrypted under FACTOR_KEY, or as it is where there is no key."""
    if not settings.FACTOR_KEY:
        return secret
    return MARK + _keys((settings.FACTOR_KEY,)).encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """Return the secret that `encrypt` made `stored` from, also one that was stored in clear.

    Raises UnknownKeyError.
    """
    if not stored.startswith(MARK):
        return stored
    keys = tuple(filter(None, (settings.FACTOR_KEY, *settings.FACTOR_KEY_FALLBACKS)))
    try:
        return _keys(keys).decrypt(stored.removeprefix(MARK)).decode() if keys else _unknown()
    except InvalidToken:
        return _unknown()


def encrypt_stored(beat: Callable[[], None] = lambda: None) -> int:
    """Encrypt under FACTOR_KEY what is stored in clear or under an older key; return how many.

    The worker does so every hour. A row that is changed meanwhile is left for the next time. Raises
    UnknownKeyError for what no key opens, once all others are done.
    """
    changed, unknown = 0, None
    for row, member in _outdated() if settings.FACTOR_KEY else ():
        try:
            data = {**row.data, member: encrypt(decrypt(row.data[member]))}
        except UnknownKeyError as error:
            unknown = error
            continue
        changed += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=data)
        beat()
    if unknown:
        raise unknown
    return changed


def outdated_secrets() -> int:
    """Return how many secrets are stored in clear or under an older key than FACTOR_KEY."""
    return sum(1 for _each in _outdated())


def has_unknown_keys() -> bool:
    """Return whether a stored secret cannot be decrypted, so that its owner cannot sign in."""
    for row in Authenticator.objects.filter(type__in=SECRETS).iterator():
        try:
            decrypt(row.data.get(SECRETS[row.type], ""))
        except UnknownKeyError:
            return True
    return False


def _outdated() -> Iterator[tuple[Authenticator, str]]:
    current = _keys((settings.FACTOR_KEY,)) if settings.FACTOR_KEY else None
    for row in Authenticator.objects.filter(type__in=SECRETS).order_by("pk").iterator():
        member = SECRETS[row.type]
        stored = row.data.get(member)  # recovery codes of another program may have none
        if stored and not (current and _opens(current, stored)):
            yield row, member


def _opens(key: MultiFernet, stored: str) -> bool:
    if not stored.startswith(MARK):
        return False
    try:
        key.decrypt(stored.removeprefix(MARK))
    except InvalidToken:
        return False
    return True


def _unknown() -> str:
    raise UnknownKeyError(
        "FACTOR_KEY does not decrypt a stored second factor: add its key to FACTOR_KEY_FALLBACKS."
    )


@lru_cache(maxsize=8)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    # Random enough to need no slow hash: settings demand 50 characters.
    digests = [hashlib.sha256(b"second factors:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(urlsafe_b64encode(digest)) for digest in digests])
