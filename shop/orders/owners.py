"""Whose open order it is: a browser's, by its OwnerId, and a user's (contract, "Owner")."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from http.cookies import Morsel

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shop.tenancy.models import User

COOKIE = "OwnerId"
DAYS = 30
PROGRAMS = ("/order", "/orders")
PAGES = (*PROGRAMS, "/")
UUID4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)


@dataclass(frozen=True)
class Owner:
    """A browser's OwnerId, the user who has shown who they are, either or both."""

    owner_id: str | None = None
    user: User | None = None

    @property
    def digest(self) -> str | None:
        """What is stored of the OwnerId: whoever reads our rows cannot act as its owner."""
        if self.owner_id is None:
            return None
        return hashlib.sha256(self.owner_id.lower().encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(self.owner_id or self.user)


def read_owner_id(request: HttpRequest) -> str | None:
    """The OwnerId of `request`: any well-formed UUID4, issued here or not."""
    value = request.COOKIES.get(COOKIE, "")
    return value if UUID4.fullmatch(value) else None


def page_owner(request: HttpRequest) -> Owner:
    """Whose open order a page of ours is about."""
    user = request.user if isinstance(request.user, User) else None
    return Owner(read_owner_id(request), user)


def new_owner_id() -> str:
    """An OwnerId that nobody has and nobody guesses."""
    return str(uuid.uuid4())


def write_owner_id(response: HttpResponse, owner_id: str, paths: tuple[str, ...]) -> None:
    """Set the cookie once for each of `paths`."""
    for path in paths:
        morsel: Morsel[str] = Morsel()
        morsel.set(COOKIE, owner_id, owner_id)
        morsel["path"] = path
        morsel["max-age"] = DAYS * 86_400
        morsel["httponly"] = True
        morsel["samesite"] = "Lax"
        if settings.SECURE:
            morsel["secure"] = True
        # Django keeps one cookie per name; under another key there may be more of it.
        dict.__setitem__(response.cookies, f"{COOKIE} {path}", morsel)
