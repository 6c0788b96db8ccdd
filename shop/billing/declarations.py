"""Declarations without sign-in: received, matched, proven by a mailed link (contract, "Cancelling")."""

from collections.abc import Mapping
from typing import Any

from shop.billing.declaration_rows import DeclarationCase
from shop.orders.models import Order
from shop.tenancy.models import User


def declare(kind: str, fields: Mapping[str, Any], language: str) -> DeclarationCase:
    """Keep a declaration as it was typed, match it, and have its mails sent.

    `fields` are the columns of `Declaration` that were typed. Nothing of the answer may depend on
    what it matches.
    """
    raise NotImplementedError


def proof_token(case: DeclarationCase) -> str:
    """The token of the link that proves the declaration; made when the mail is rendered."""
    raise NotImplementedError


def case_of(token: str) -> DeclarationCase | None:
    """The case that a token proves, while it waits for proof; None: no such link (any more)."""
    raise NotImplementedError


def prove(case: DeclarationCase) -> bool:
    """Have it take effect, counted from the moment of declaration; False where it waits no more."""
    raise NotImplementedError


def candidates(case: DeclarationCase) -> list[Order]:
    """Orders whose contract it may be, the likeliest first, for staff."""
    raise NotImplementedError


def assign(case: DeclarationCase, order: Order, staff: User, *, mail_proof: bool) -> bool:
    """Match by hand: have the proof mailed, or have it take effect at once. False: decided already."""
    raise NotImplementedError


def dismiss(case: DeclarationCase, staff: User, note: str) -> bool:
    """Put a declaration aside, with a note for staff; False where it was decided already."""
    raise NotImplementedError
