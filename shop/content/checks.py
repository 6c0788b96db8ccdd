"""System checks of the shipped texts: no placeholders are left, and no other name."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 -- Django's own name
from django.db import DatabaseError

from shop.content.markdown import placeholders
from shop.content.models import Page, Question
from shop.content.publishing import newest
from shop.content.shown_pages import shown_slugs


@register("content")
def check_placeholders(**kwargs: Any) -> list[CheckMessage]:
    """Warn about placeholders in square brackets, even if no `--database` was given."""
    if settings.DEMO:
        return []
    left = {place: found for place, text in _texts().items() if (found := placeholders(text))}
    if not left:
        return []
    places = ", ".join(f"{place} ({found[0]} …)" for place, found in left.items())
    return [
        Warning(
            "Placeholders in square brackets are still to be filled in at /staff/legal/ "
            f"and /staff/questions/ in these texts: {places}.",
            id="content.W001",
        )
    ]


@register("content")
def check_name(**kwargs: Any) -> list[CheckMessage]:
    """Warn about texts that speak of the shop by the name that it has no more."""
    if settings.DEMO or settings.SHOP_NAME == settings.SHIPPED_NAME:
        return []
    name = re.compile(rf"\b{settings.SHIPPED_NAME}\b")
    places = [place for place, text in _texts().items() if name.search(text)]
    if not places:
        return []
    return [
        Warning(
            f"The shop is called {settings.SHOP_NAME}, but these texts say "
            f"{settings.SHIPPED_NAME}: {', '.join(places)}. Change them at /staff/legal/ and /staff/questions/.",
            id="content.W002",
        )
    ]


def _texts() -> dict[str, str]:
    """Return the texts that visitors read, by the path of their page; none without a database."""
    try:
        return {place: "\n\n".join(texts) for place, texts in _read().items()}
    except DatabaseError:
        return {}  # not migrated yet, or out of reach: other checks say so


def _read() -> dict[str, list[str]]:
    texts = {}
    there = set(Page.objects.values_list("pk", flat=True))  # fewer before the last migration
    for slug in (slug for slug in shown_slugs() if slug in there):
        said = newest(slug)
        texts[f"/{slug}/"] = [said.title_de, said.title_en, said.text_de, said.text_en]
    listed = Question.objects.filter(listed=True)
    texts["/"] = [text for each in listed for text in (each.answer_de, each.answer_en)]
    return texts
