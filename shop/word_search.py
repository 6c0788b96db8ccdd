"""Find rows by the words that a table keeps of them: each search is a range of an index."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

COUNTED = 5000  # rows of a word; beyond that it counts as common
AFTER = b"\xff"  # sorts after every UTF-8 byte


def find_by_words(
    table: QuerySet[Any], owner: str, asked: Sequence[tuple[str, ...]], most: int
) -> list[int]:
    """Return up to `most` keys of owners that have all words of `asked`, by their words.

    Each word is given in the forms of which one must begin a word of the owner. `owner` is the
    column of `table` that refers to what is found.
    """
    words = [_beginning_with(forms) for forms in asked]
    if not words:
        return []
    # Begin with the rarest, and look into its owners for the others.
    if len(words) > 1:
        words.sort(key=lambda word: table.filter(word)[:COUNTED].count())
    rarest, *others = words
    rows = table.filter(rarest)
    for word in others:
        rows = rows.filter(Exists(table.filter(word, **{owner: OuterRef(owner)})))
    # Sorted by the index, so that no database reads the table instead. An owner may hold several
    # words of one beginning.
    found = rows.order_by("word", owner).values_list(owner, flat=True)[: 4 * most]
    return list(dict.fromkeys(found))[:most]


def _beginning_with(forms: tuple[str, ...]) -> Q:
    """Match rows that begin with one of `forms`, the ways to write one word."""
    match = Q()
    for form in forms:
        prefix = form.encode()
        match |= Q(word__gte=prefix, word__lt=prefix + AFTER)
    return match
