"""The search through both guides: chapters, their sections, operations, and rows of their tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import override

from shop.guide.book import HEADING, Book, plain
from shop.guide.pages import GUIDES, Chapter

ROW = re.compile(r'<th scope="row"(?: id="([^"]*)")?[^>]*>(.*?)</th>(.*?)</tr>', re.DOTALL)
WORD = re.compile(r"[^\W_]+")
# Words of questions, that say nothing about what is asked for.
EMPTY_WORDS = {
    *[
        "a",
        "an",
        "and",
        "are",
        "can",
        "do",
        "does",
        "for",
        "how",
        "i",
        "in",
        "is",
        "it",
        "my",
        "of",
        "on",
        "or",
        "the",
        "to",
        "what",
        "with",
    ]
}
MOST = 30  # hits of a page of results
LONGEST = 200  # characters of a text that are searched for
MOST_WORDS = 8  # different words of it: each is looked for in all words of both guides
BEFORE, AROUND = 40, 160  # characters of an excerpt: before the first word found, and in all


@dataclass(frozen=True)
class Entry:
    """A chapter, a section of one, or a row of a table, to be found."""

    title: str
    url: str
    place: str
    text: str
    lead: str = ""
    is_row: bool = False

    @cached_property
    def title_words(self) -> list[str]:
        """The words of the title, and of the id that its URL leads to, in small letters."""
        return [*words_of(self.title), *words_of(self.url.partition("#")[2] * (not self.is_row))]

    @cached_property
    def lead_words(self) -> list[str]:
        """The words of the lead, in small letters."""
        return words_of(self.lead)

    @cached_property
    def words(self) -> list[str]:
        """All words, in small letters."""
        return [*self.title_words, *self.lead_words, *words_of(self.text)]

    def rank(self, asked: list[str]) -> tuple[int, int, bool, bool]:
        """Sort entries by this: by title, then by lead, and rows of tables after their chapters."""
        in_title, in_lead = _count(asked, self.title_words), _count(asked, self.lead_words)
        return -in_title, -in_lead, self.is_row, words_of(self.title) != asked


@dataclass(frozen=True)
class Hit:
    """An entry that was found, and its text around what was asked for."""

    title: str
    url: str
    place: str
    excerpt: str


class Index:
    """All entries of a book, in the order of reading."""

    def __init__(self, book: Book) -> None:
        with override("en"):
            self._entries = [
                entry
                for guide in GUIDES.values()
                for chapter in guide.chapters
                for entry in _entries(chapter, str(guide.title), book.text(chapter))
            ]

    def find(self, text: str, most: int = MOST) -> list[Hit]:
        """Return the entries with as many words of `text` as there are anywhere, titles first.

        A word is found by its beginning. Only the first MOST_WORDS count.
        """
        asked = list(dict.fromkeys(words_of(text[:LONGEST])))
        asked = [word for word in asked if word not in EMPTY_WORDS] or asked
        asked = asked[:MOST_WORDS]
        counted = [(_count(asked, entry.words), entry) for entry in self._entries]
        best = max((count for count, _entry in counted), default=0)
        found = [entry for count, entry in counted if count == best > 0]
        found.sort(key=lambda entry: entry.rank(asked))
        return [
            Hit(entry.title, entry.url, entry.place, excerpt(entry.text, asked))
            for entry in found[:most]
        ]


def words_of(text: str) -> list[str]:
    """The words of a text; those of names such as `order_hash` count each."""
    return [word.casefold() for word in WORD.findall(text)]


def excerpt(text: str, asked: list[str]) -> str:
    """The part of a text where the first word of `asked` is that is in it."""
    for word in WORD.finditer(text):
        if word[0].casefold().startswith(tuple(asked)):
            start = max(0, word.start() - BEFORE)
            break
    else:
        start = 0
    # Begin and end between words.
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, start + AROUND) if len(text) > start + AROUND else len(text)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def _count(asked: list[str], words: list[str]) -> int:
    """The number of words of `asked` with which one of `words` begins."""
    return sum(any(word.startswith(each) for word in words) for each in asked)


def _entries(chapter: Chapter, guide: str, html: str) -> Iterator[Entry]:
    (_name, _heading, begin), *sections = _parts(html)
    place = f"{guide} · {chapter.heading}"
    text = f"{chapter.lead} {plain(begin)}"
    yield Entry(chapter.heading, chapter.url, guide, text, lead=chapter.lead)
    yield from _rows(begin, chapter.url, place)
    for name, heading, text in sections:
        url = f"{chapter.url}#{name}"
        yield Entry(plain(heading), url, place, plain(text))
        yield from _rows(text, url, f"{place} · {plain(heading)}")


def _parts(html: str) -> list[tuple[str, str, str]]:
    """The id, heading and text of what is before the first section, and of each section."""
    begin, *rest = HEADING.split(html)
    return [("", "", begin), *zip(rest[::3], rest[1::3], rest[2::3], strict=True)]


def _rows(html: str, url: str, place: str) -> Iterator[Entry]:
    for anchor, name, rest in ROW.findall(html):
        own = f"{url.partition('#')[0]}#{anchor}" if anchor else url
        yield Entry(plain(name), own, place, plain(rest), is_row=True)
