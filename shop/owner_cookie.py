"""The cookie OwnerId, by which a browser owns an open order (contract, "Owner")."""

import re
from http.cookies import Morsel
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shop.orders.open_orders import Owner
from shop.tenancy.models import User

COOKIE = "OwnerId"
DAYS = 30
PROGRAMS = ("/order", "/orders")
PAGES = (*PROGRAMS, "/")
UUID4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)


def read_owner_id(request: HttpRequest) -> str | None:
    """Return the first well-formed OwnerId of `request`: any UUID4, issued here or not.

    Browsers send the cookie of the most specific path first (RFC 6265); Django keeps the last one.
    """
    for pair in re.split("[;,]", request.headers.get("Cookie", "")):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE and UUID4.fullmatch(value := value.strip().strip('"')):
            return value
    return None


def page_owner(request: HttpRequest) -> Owner:
    """Return the owner by whom a page of ours finds its open order."""
    user = request.user if isinstance(request.user, User) else None
    return Owner(read_owner_id(request), user)


def write_owner_id(
    response: HttpResponse, owner: Owner | None, paths: tuple[str, ...] = PAGES
) -> None:
    """Set the cookie once for each of `paths`, if `owner` has an OwnerId."""
    if owner is None or owner.owner_id is None:
        return
    attributes: dict[str, Any] = {"max-age": DAYS * 86_400, "httponly": True, "samesite": "Lax"}
    if settings.SECURE:
        attributes["secure"] = True
    for path in paths:
        morsel: Morsel[str] = Morsel()
        morsel.set(COOKIE, owner.owner_id, owner.owner_id)
        morsel.update({**attributes, "path": path})
        # Django keeps one cookie per name; other keys make room for the rest.
        dict.__setitem__(response.cookies, f"{COOKIE} {path}", morsel)
