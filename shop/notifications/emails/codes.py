"""Codes that are mailed, computed from a seed and our key: no row holds one."""

import secrets

from django.utils.crypto import salted_hmac

DIGITS = 8


def new_seed() -> str:
    """A seed for one code. By itself it tells nothing of it."""
    return secrets.token_urlsafe(16)


def code_of(seed: str) -> str:
    """The code of `seed`, in two groups of digits."""
    digest = salted_hmac("shop.notifications.emails.codes", seed, algorithm="sha256").digest()
    code = f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}}"
    return f"{code[:4]} {code[4:]}"
