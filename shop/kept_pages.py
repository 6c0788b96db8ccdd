"""Public pages, kept as they were rendered: they are the same for every visitor.

A page that is kept was rendered for nobody: for a request of our own, which has the visitor's
address and language, and no cookie, header or user. Its CSRF token is put in for each visitor.
A visitor whom a page may say more to has it rendered for them, and nothing of it is kept.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_TOKEN_LENGTH, get_token
from django.utils.crypto import get_random_string
from django.utils.translation import get_language

# Cookies that change nothing on a page but its language and its token. Any other may be somebody's.
NAMELESS = {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
# A page is kept under its plain address, and that of each language.
QUERIES = {"", *(f"lang={code}" for code, _name in settings.LANGUAGES)}
# Pages that a process keeps of one kind. The shop has fewer; in the demo each host makes its own.
MOST = 100
# Stands in kept pages for the token. As random as a token, so no text of the shop contains it.
TOKEN = get_random_string(CSRF_TOKEN_LENGTH)

Rows = list[tuple[Any, ...]]
Render = Callable[[HttpRequest, str], str]


def is_same_for_all(request: HttpRequest, *besides: str) -> bool:
    """Tell whether `request` says nothing about its visitor that could change the page.

    `besides` are names of cookies that the caller has looked at itself.
    """
    if request.META.get("QUERY_STRING", "") not in QUERIES:
        return False
    return request.COOKIES.keys() <= NAMELESS | set(besides)


class KeptPages:
    """The pages of one process that are made of the same rows."""

    def __init__(self) -> None:
        self._kept: tuple[Any, dict[tuple[Any, ...], list[bytes]]] = (None, {})

    def answer(
        self, request: HttpRequest, made_of: Any, render: Render, *, told_by: object = None
    ) -> HttpResponse:
        """Return the page at the address of `request`, from what is kept or by `render`.

        Call it only if `is_same_for_all(request)`. `made_of` is all that the page shows of the
        database, just read and compared by value: pages made of anything else are dropped. `render`
        makes the page of nothing else, for the request that it is given, with the token it is given.
        Pages at one address are told apart by their language and `told_by`.
        """
        rows, pages = self._kept
        if rows != made_of:
            _rows, pages = self._kept = (made_of, {})
        # As `shop.base_url` has it, which rooms on the ground cannot import.
        shop_url = request.build_absolute_uri("/") if settings.DEMO else settings.BASE_URL
        key = (shop_url, request.get_full_path(), get_language(), told_by)
        pieces = pages.get(key)
        if pieces is None:
            page = render(of_nobody(request), TOKEN)
            pieces = page.encode().split(TOKEN.encode())
            if len(pages) >= MOST:
                pages.clear()
            pages[key] = pieces
        if len(pieces) == 1:
            return HttpResponse(pieces[0])
        return HttpResponse(get_token(request).encode().join(pieces))


def of_nobody(request: HttpRequest) -> HttpRequest:
    """Return a request for the same page that carries nothing of the visitor."""
    nobody = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": request.META.get("SCRIPT_NAME", ""),
            "PATH_INFO": request.META["PATH_INFO"],
            "QUERY_STRING": request.META.get("QUERY_STRING", ""),
            "HTTP_HOST": request.get_host(),
            "wsgi.url_scheme": request.scheme,
            "wsgi.input": BytesIO(),
        }
    )
    nobody.user = AnonymousUser()
    nobody.resolver_match = request.resolver_match
    return nobody
