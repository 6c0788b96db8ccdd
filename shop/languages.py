"""The language of a page, and texts that are stored in both."""

from typing import Any

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.translation import get_language


def page_language() -> str:
    """The language of the current page: `de` or `en`, and `de` for any other."""
    return "en" if (get_language() or "").startswith("en") else "de"


def set_page_language(response: HttpResponseBase, language: str) -> None:
    """Have the browser that gets `response` see pages in `language` from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


class PageText:
    """An attribute `x` that reads the field `x_de` or `x_en`, by the language of the page."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, row: Any, owner: type | None = None) -> str:
        text: str = getattr(row, f"{self.name}_{page_language()}")
        return text
