"""The chapters of both guides as HTML, and the data they are made of."""

import re
from functools import cached_property
from html import unescape
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from shop.catalogue.models import Product
from shop.guide import reference
from shop.guide.pages import GUIDES, Chapter, Guide
from shop.guide.schema import ALL_TIERS, describe
from shop.kept_pages import Rows
from shop.openapi import Schema

HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
INLINE = re.compile(r"</?(?:a|b|code|i|q|span)\b[^>]*>")
TAG = re.compile(r"<[^>]+>")
MOST = 20  # books that a process keeps: one for each language, in the demo also for each host


class Section(NamedTuple):
    """A part of a chapter, by the id of its heading."""

    name: str
    heading: str


class Book:
    """Both guides for a shop at `base`, with the examples in `language` where there are several.

    Chapters are English, whatever the language of the page around them.
    """

    def __init__(self, base: str, tiers: list[Product], language: str) -> None:
        self._base = base
        self._tiers = tiers
        self._language = language
        self._texts: dict[Chapter, str] = {}
        self._contexts: dict[str, dict[str, Any]] = {}

    @cached_property
    def description(self) -> Schema:
        """The OpenAPI document."""
        return describe(self._base, self._tiers)

    def text(self, chapter: Chapter) -> str:
        """A chapter as HTML, without its heading."""
        if chapter not in self._texts:
            context = self._context(GUIDES[chapter.page])
            operations = [
                operation
                for operation in context["operations"]
                if chapter.resource in {"", operation["resource"]}
            ]
            with override("en"):
                self._texts[chapter] = render_to_string(
                    chapter.template, {**context, "chapter": chapter, "operations": operations}
                )
        return self._texts[chapter]

    def sections(self, chapter: Chapter) -> list[Section]:
        """The sections of a chapter, in their order."""
        found = HEADING.findall(self.text(chapter))
        return [Section(name, plain(heading)) for name, heading in found]

    def operations(self, guide: Guide) -> list[Schema]:
        """All operations of a guide's API, each with its URL in the reference."""
        found: list[Schema] = self._context(guide)["operations"]
        return found

    def _context(self, guide: Guide) -> dict[str, Any]:
        """The variables of the templates of a guide's chapters."""
        if guide.page not in self._contexts:
            described = self.description
            urls = {chapter.resource: chapter.url for chapter in guide.chapters}
            self._contexts[guide.page] = {
                **guide.context,
                "tables": {name: reference.members(name, described) for name in guide.tables},
                "schemas": reference.schemas(described, guide.tag),
                "base": self._base,
                "token": "example-token" if settings.DEMO else "YOUR-TOKEN",
                "demo": settings.DEMO,
                "operations": [
                    {**operation, "url": f"{urls[operation['resource']]}#{operation['name']}"}
                    for operation in reference.operations(described, guide.tag)
                ],
                "common": reference.common_answers(described, guide.tag),
                "headers": reference.headers(described, guide.tag),
                "schemas_page": f"{guide.page}_chapter",
                "snippet_language": self._language,
            }
        return self._contexts[guide.page]


class Books:
    """The books that this process keeps. All are made of the same rows."""

    def __init__(self) -> None:
        self._kept: tuple[Rows, dict[tuple[str, str, bool], Book]] = ([], {})

    def book(self, base: str, rows: Rows, language: str) -> Book:
        """Return the book for a shop at `base`, made of the `rows` of ALL_TIERS.

        In DEBUG, where templates are edited, it is made anew.
        """
        kept_rows, books = self._kept
        if kept_rows != rows or settings.DEBUG or len(books) > MOST:
            _rows, books = self._kept = (rows, {})
        key = (base, language, settings.DEMO)
        if key not in books:
            books[key] = Book(base, ALL_TIERS.read(rows), language)
        return books[key]


def plain(html: str) -> str:
    """The text of a piece of HTML, blanks squeezed."""
    return " ".join(unescape(TAG.sub(" ", INLINE.sub("", html))).split())
