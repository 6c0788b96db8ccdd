"""Public pages that are the same for every visitor, kept as they were rendered.

A kept page is rendered for nobody: for a request of our own, with the URL and the language of the
visitor's request and no cookie, header or user. Each visitor's CSRF token is put in afterwards.
Visitors of whom more is known get a page that is rendered for them, and it is not kept.
"""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_TOKEN_LENGTH, get_token
from django.urls import resolve
from django.utils.crypto import get_random_string
from django.utils.translation import get_language

# Cookies that change nothing on a page but its language and its token. Any other may identify
# somebody.
NEUTRAL_COOKIES = {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
# A page is kept without a query string, and with that of each language.
QUERIES = {"", *(f"lang={code}" for code, _name in settings.LANGUAGES)}
# Pages of one kind that a process keeps. The shop has fewer, but in the demo each host has its own.
MOST = 100
# Stands in kept pages for the token. As random as a token, so no text of the shop contains it.
TOKEN = get_random_string(CSRF_TOKEN_LENGTH)
INDENTATION = re.compile(r"\n\s+")

Rows = list[tuple[Any, ...]]
Render = Callable[[HttpRequest, str], str]


def without_indentation(page: str) -> str:
    """Return a page without the indentation of its templates, a tenth of its weight and more.

    A page with preformatted text is returned as it is: its blanks count.
    """
    return page if "<pre" in page else INDENTATION.sub("\n", page)


def is_same_for_all(request: HttpRequest, *neutral: str) -> bool:
    """Tell whether `request` says nothing about its visitor that could change the page.

    `neutral` are names of further cookies that do not change it. False in DEBUG, where templates
    are edited.
    """
    if settings.DEBUG or request.META.get("QUERY_STRING", "") not in QUERIES:
        return False
    return request.COOKIES.keys() <= NEUTRAL_COOKIES | set(neutral)


class KeptPages:
    """The pages of one kind that this process keeps. All are made of the same rows."""

    def __init__(self) -> None:
        self._kept: tuple[Any, dict[tuple[Any, ...], list[bytes]]] = (None, {})

    def answer(
        self, request: HttpRequest, made_of: Any, render: Render, *, variant: object = None
    ) -> HttpResponse:
        """Return the page at the URL of `request`: the one that is kept, or a new one.

        Call it only if `is_same_for_all(request)`. `made_of` is all that the page shows of the
        database, read for this request. If it differs from what the kept pages were made of, they
        are dropped. `render` takes a request and a CSRF token; it makes the page of these and
        `made_of` alone. A URL has one page for each language and `variant`.
        """
        rows, pages = self._kept
        if rows != made_of:
            _rows, pages = self._kept = (made_of, {})
        # As `shop.base_url` has it, which rooms on the ground cannot import.
        shop_url = request.build_absolute_uri("/") if settings.DEMO else settings.BASE_URL
        key = (shop_url, request.get_full_path(), get_language(), settings.CUSTOMERS, variant)
        pieces = pages.get(key)
        if pieces is None:
            query = request.META.get("QUERY_STRING", "")
            page = render(of_nobody(request, request.path_info, query), TOKEN)
            pieces = page.encode().split(TOKEN.encode())
            if len(pages) >= MOST:
                pages.clear()
            pages[key] = pieces
        if len(pieces) == 1:
            return HttpResponse(pieces[0])
        return HttpResponse(get_token(request).encode().join(pieces))


def of_nobody(request: HttpRequest, path_info: str, query: str) -> HttpRequest:
    """Return a request for `path_info` of the same shop that carries nothing of the visitor."""
    nobody = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": request.META.get("SCRIPT_NAME", ""),
            "PATH_INFO": path_info,
            "QUERY_STRING": query,
            "HTTP_HOST": request.get_host(),
            "wsgi.url_scheme": request.scheme,
            "wsgi.input": BytesIO(),
        }
    )
    nobody.user = AnonymousUser()
    nobody.resolver_match = resolve(path_info)
    return nobody
