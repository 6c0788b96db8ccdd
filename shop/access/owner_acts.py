"""Acts of an application's owner on its credentials, which the back office shows in its history."""

from enum import StrEnum, auto

from django.dispatch import Signal


class OwnerAct(StrEnum):
    """An act; its value is the name that the audit log has for it."""

    TOKEN_ISSUED = auto()
    TOKEN_REVOKED = auto()
    SECRET_RENEWED = auto()
    CLIENT_SECRET_RENEWED = auto()


# Sent in the transaction of the act, with `application`, `user`, `act` and `note`.
owner_acted = Signal()
