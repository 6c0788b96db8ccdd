"""Owners of open orders: a browser by its OwnerId, a user, or both (contract, "Owner")."""

import hashlib
import uuid
from dataclasses import dataclass

from shop.tenancy.models import User


@dataclass(frozen=True)
class Owner:
    """A browser's OwnerId, an authenticated user, or both."""

    owner_id: str | None = None
    user: User | None = None

    @property
    def digest(self) -> str | None:
        """The stored form of the OwnerId, so that reading our rows gives nobody its rights."""
        if self.owner_id is None:
            return None
        return hashlib.sha256(self.owner_id.lower().encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(self.owner_id or self.user)


def new_owner_id() -> str:
    """A new random OwnerId."""
    return str(uuid.uuid4())
