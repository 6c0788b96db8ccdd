"""Publish what a legal page is to say, and find what it says now."""

from collections.abc import Mapping

from django.db import transaction

from shop.content.models import Page, Version

TEXTS = ("title_de", "title_en", "text_de", "text_en")


def newest(slug: str) -> Version:
    """What the page `slug` says now."""
    return Version.objects.filter(page_id=slug).latest()


def publish(page: Page, texts: Mapping[str, str]) -> Version:
    """The version by which `page` says `texts`: a new one, unless it says just that already."""
    wanted = {name: texts[name] for name in TEXTS}
    with transaction.atomic():
        # Two who publish at once get two numbers.
        Page.objects.select_for_update().get(pk=page.pk)
        last = newest(page.pk)
        if all(getattr(last, name) == text for name, text in wanted.items()):
            return last
        return Version.objects.create(page=page, number=last.number + 1, **wanted)
