"""Lists of many rows: the template of a row is rendered once, and then filled in for each.

Django's templates take longer for a page of fifty rows than the database for finding them.
"""

import re
from collections.abc import Iterable
from dataclasses import Field, fields
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MARKUP = re.compile("[&<>\"']")  # what `escape` replaces


def render_rows(template: str, rows: "Iterable[DataclassInstance]", *flags: str) -> SafeString:
    """Render `template` for each of `rows`, dataclasses that it knows as `row`.

    Fields that are bool decide what is in the row; texts (str) are escaped and filled in, and no
    tag or filter sees them. `flags` are further names that are true in the template.
    """
    language = get_language() or ""
    if settings.DEBUG:
        _pattern.cache_clear()  # templates are edited
    filled = []
    for row in rows:
        given = vars(row)
        on = frozenset(name for name, value in given.items() if value is True)
        pattern = _pattern(template, type(row), on, flags, language)
        filled.append(pattern.format_map(_escaped(given)))
    return mark_safe("".join(filled))  # noqa: S308 -- all texts are escaped


def _escaped(given: dict[str, Any]) -> dict[str, Any]:
    texts = {name: value for name, value in given.items() if isinstance(value, str)}
    # Looked for in all texts at once: most rows have none.
    if not MARKUP.search("".join(texts.values())):
        return texts
    return {name: escape(text) for name, text in texts.items()}


@lru_cache(maxsize=500)
def _pattern(
    template: str, row: type, on: frozenset[str], flags: tuple[str, ...], _language: str
) -> str:
    """Return the rendered template with the names of the texts in braces."""
    names: list[Field[Any]] = list(fields(row))
    values = {
        each.name: each.name in on if each.type is bool else mark_safe(f"{{{each.name}}}")  # noqa: S308 -- names of fields
        for each in names
    }
    return render_to_string(template, {"row": values, **dict.fromkeys(flags, True)})
