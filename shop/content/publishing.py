"""Publish a new version of a legal page, and find the newest."""

from collections.abc import Mapping

from django.db import transaction

from shop.compiled_queries import CompiledQuery, Parameter
from shop.content.models import Page, Version

NEWEST: CompiledQuery[Version] = CompiledQuery(
    lambda: Version.objects.filter(page=Parameter("slug")).order_by("-number")[:1]
)
TEXTS = ("title_de", "title_en", "text_de", "text_en")


def newest(slug: str) -> Version:
    """Return the newest version of the page `slug`. Raises DoesNotExist."""
    version = NEWEST.first(slug=slug)
    if version is None:
        raise Version.DoesNotExist
    return version


def publish(page: Page, texts: Mapping[str, str]) -> Version:
    """Publish `texts` and return their version; the newest one if it has the same texts."""
    wanted = {name: texts[name] for name in TEXTS}
    with transaction.atomic():
        # Locked, so that two who publish at once get two numbers.
        Page.objects.select_for_update().get(pk=page.pk)
        last = newest(page.pk)
        if all(getattr(last, name) == text for name, text in wanted.items()):
            return last
        return Version.objects.create(page=page, number=last.number + 1, **wanted)
