"""Spellings of an e-mail address: for comparing, for mail servers and for people.

One mailbox can be written in many ways: `anna@bücher.example`, `Anna@xn--bcher-kva.example`, with
full-width letters, with an ideographic full stop. Domains follow UTS 46 (non-transitional) and
IDNA 2008, so `straße.example` and `strasse.example` stay two domains.
"""

import unicodedata
from contextlib import suppress

import idna
from django.conf import settings
from email_validator import EmailNotValidError, validate_email

LONGEST = 1000  # characters: more than any spelling of an address that a mail server takes


class InvalidEmailError(ValueError):
    """The text is no bare e-mail address that our mail server can deliver to."""


def check_email(email: str) -> None:
    """Raise InvalidEmailError unless `email` is a bare address that a mail server can be told.

    The local part is ASCII, as SMTPUTF8 is not used, of at most 64 characters, and without quotes.
    """
    try:
        validate_email(
            email,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,
            test_environment=settings.DEMO,
        )
    except EmailNotValidError as error:
        raise InvalidEmailError(str(error)) from error


def canonical_email(email: str) -> str:
    """Return the one form in which addresses are compared (contract, "Who is who").

    The local part is case folded and the domain is its A-label. Any text has a canonical form; one
    with an invalid domain equals no valid address, nor does one that is too long.
    """
    if len(email) > LONGEST:
        return email  # sorting tens of thousands of accents takes many seconds
    local, at, domain = email.rpartition("@")
    return f"{_folded(local)}{at}{_ascii_domain(domain)}"


def same_mailbox(one: str, other: str) -> bool:
    """Return whether two addresses are the same mailbox."""
    return canonical_email(one) == canonical_email(other)


def wire_email(email: str) -> str:
    """Return `email` for a mail server: the local part as typed, the domain as its A-label.

    Raises InvalidEmailError if there is no ASCII form.
    """
    local, at, domain = email.rpartition("@")
    wire = f"{local}{at}{_ascii_domain(domain)}"
    if not (local and wire.isascii()):
        raise InvalidEmailError("The address has no form in ASCII.")
    return wire


def shown_email(email: str) -> str:
    """Return `email` for people: the local part as typed, the domain in its own letters."""
    local, at, domain = email.rpartition("@")
    shown = _ascii_domain(domain)
    if "xn--" in shown:
        with suppress(idna.IDNAError):
            shown = idna.decode(shown)
    return f"{local}{at}{shown}"


def stored_email(email: str) -> str:
    """Return `email` as accounts and mails keep it: as shown, in lower case.

    It is the same for all spellings of a mailbox, like the canonical form.
    """
    canonical = canonical_email(email)
    shown = shown_email(canonical)
    # Some scripts have capitals as their plain letters; allauth and the database want small ones.
    return shown if shown == shown.lower() else canonical


def _folded(local: str) -> str:
    # Decomposed first: otherwise folding twice could give something else than folding once.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", local).casefold())


def _ascii_domain(domain: str) -> str:
    """Return the A-label form of `domain`, in lower case without the dot of the root.

    A domain that is invalid stays as it is, with A to Z in lower case.
    """
    ascii_domain = "".join(sign.lower() if sign.isascii() else sign for sign in domain)
    if not domain.isascii() or "xn--" in ascii_domain:
        with suppress(idna.IDNAError):
            ascii_domain = idna.encode(domain, uts46=True, transitional=False).decode()
    return ascii_domain if ascii_domain.endswith("..") else ascii_domain.removesuffix(".")
