"""Text of people within a sentence: it never turns the words around it.

In HTML a name stands in `<bdi>`. Where there is no markup (sentences put together in Python, titles,
attributes, mails as text) `isolated` does the same; templates have it as a filter.
"""

import unicodedata

from django import template

from shop.invisible_characters import TURNS

register = template.Library()
ISOLATE, END = "\u2068", "\u2069"


@register.filter
def isolated(text: object) -> str:
    """Return `text` without the signs that turn text; what runs from right to left, isolated."""
    plain = TURNS.sub("", str(text))
    if any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in plain):
        return f"{ISOLATE}{plain}{END}"
    return plain
