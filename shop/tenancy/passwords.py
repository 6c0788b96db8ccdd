"""Unicode forms of passwords: one keyboard types ü as one character, another as two."""

import unicodedata
from typing import overload

from django.contrib.auth.hashers import make_password

LONGEST = 4096  # characters


@overload
def normal_password(typed: str) -> str: ...


@overload
def normal_password(typed: None) -> None: ...


def normal_password(typed: str | None) -> str | None:
    """Return the password in the form that is hashed, NFKC (contract, "Who is who").

    One above LONGEST stays as it is: sorting tens of thousands of accents takes half a minute.
    """
    if typed is None or len(typed) > LONGEST:
        return typed
    return unicodedata.normalize("NFKC", typed)


def hashed_password(typed: str | None) -> str:
    """Return the hash of the password to store; of None, one that no password matches."""
    return make_password(normal_password(typed))


def password_forms(typed: str | None) -> tuple[str | None, ...]:
    """Return the forms to check: NFKC, then as typed if that differs."""
    normal = normal_password(typed)
    return (normal,) if normal == typed else (normal, typed)
