"""The pages of the guides, and the search through them."""

from collections import defaultdict
from weakref import WeakKeyDictionary

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from shop.base_url import base_url
from shop.guide.book import Book, Books
from shop.guide.chapter_search import LONGEST, Index
from shop.guide.pages import GUIDES, ORDERS, Chapter, frame
from shop.guide.schema import ALL_TIERS
from shop.guide.snippets import COOKIE, LANGUAGES
from shop.guide.views import get_required
from shop.kept_pages import KeptPages, Rows, is_same_for_all

_pages: defaultdict[Chapter, KeptPages] = defaultdict(KeptPages)
_books = Books()
_indexes: WeakKeyDictionary[Book, Index] = WeakKeyDictionary()
FIRST_HITS = 8  # below the box


@get_required
def guide(request: HttpRequest, page: str, chapter: str = "") -> HttpResponse:
    """A chapter of a guide; without `chapter`, the end of its URL, the overview."""
    found = GUIDES[page].chapter(chapter)
    if found is None:
        if chapter == GUIDES[page].chapters[0].name.replace("_", "-"):
            return redirect(page)
        words = chapter.replace("-", " ").replace("_", " ")
        return HttpResponse(_results(request, words, is_missing=True), status=404)
    if COOKIE in request.GET:
        return _choose_language(request, found)
    language = request.COOKIES.get(COOKIE, "")
    language = language if language in LANGUAGES else ""
    rows = ALL_TIERS.raw()
    if is_same_for_all(request, COOKIE):
        return _pages[found].answer(
            request,
            (rows, settings.DEMO),
            lambda nobody, _token: _page(nobody, found, rows, language),
            variant=language,
        )
    return HttpResponse(_page(request, found, rows, language))


@get_required
def search(request: HttpRequest) -> HttpResponse:
    """The hits of a search: a page, or for the box that is typed into the first of them alone."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    if not request.headers.get("HX-Request"):
        response = HttpResponse(_results(request, text))
    else:
        context = {"hits": _index(request).find(text, FIRST_HITS), "asked": text}
        response = HttpResponse(render_to_string("api/found.html", context, request))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _results(request: HttpRequest, text: str, *, is_missing: bool = False) -> str:
    context = {
        **frame(ORDERS),
        "asked": text,
        "hits": _index(request).find(text),
        "is_missing": is_missing,
    }
    return render_to_string("api/search.html", context, request)


def _index(request: HttpRequest) -> Index:
    """The index of the guides: made once for each book."""
    book = _books.book(base_url(request), ALL_TIERS.raw(), "")
    if book not in _indexes:
        _indexes[book] = Index(book)
    return _indexes[book]


def _page(request: HttpRequest, chapter: Chapter, rows: Rows, language: str) -> str:
    guide = GUIDES[chapter.page]
    book = _books.book(base_url(request), rows, language)
    place = guide.chapters.index(chapter)
    context = {
        **frame(guide),
        "chapter": chapter,
        "text": book.text(chapter),
        "sections": book.sections(chapter),
        "previous": guide.chapters[place - 1] if place else None,
        "next": next(iter(guide.chapters[place + 1 :]), None),
        "operations": book.operations(guide),
    }
    return render_to_string("api/docs.html", context, request)


def _choose_language(request: HttpRequest, chapter: Chapter) -> HttpResponse:
    """Keep the language of examples that the reader chose, for all pages of the guides."""
    response = redirect(chapter.url)
    if (language := request.GET[COOKIE]) in LANGUAGES:
        response.set_cookie(
            COOKIE,
            language,
            path=reverse("api_docs"),
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


@get_required
def guide_with_slash(request: HttpRequest, page: str, chapter: str = "") -> HttpResponse:
    """A page's address with a slash at its end, as people type it."""
    return redirect(f"{page}_chapter", chapter) if chapter else redirect(page)
