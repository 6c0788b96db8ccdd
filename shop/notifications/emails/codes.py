"""Mailed codes, computed from a seed and the secret key. No row holds a code."""

import secrets

from django.utils.crypto import salted_hmac

DIGITS = 8


def new_seed() -> str:
    """Return a random seed, from which nobody can tell the code."""
    return secrets.token_urlsafe(16)


def code_of(seed: str) -> str:
    """Return the code of `seed`: two groups of four digits."""
    digest = salted_hmac("shop.notifications.emails.codes", seed, algorithm="sha256").digest()
    code = f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"
    return f"{code[:4]} {code[4:]}"
