"""Publish versions of legal pages, now or on a day to come, and find the current ones."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shop.compiled_queries import CompiledQuery, Now, Parameter
from shop.content.models import Page, Version

# For compiled queries. What is scheduled becomes current by itself, as the clock goes on.
IN_EFFECT = Q(effective_at=None) | Q(effective_at__lte=Now())
NEWEST: CompiledQuery[Version] = CompiledQuery(
    lambda: Version.objects.filter(IN_EFFECT, page=Parameter("slug")).order_by("-number")[:1]
)
TEXTS = ("title_de", "title_en", "text_de", "text_en")


def newest(slug: str) -> Version:
    """Return the version of the page `slug` that is current. Raises DoesNotExist."""
    version = NEWEST.first(slug=slug)
    if version is None:
        raise Version.DoesNotExist
    return version


def scheduled(slug: str) -> Version | None:
    """Return the version of the page `slug` that is not current yet; there is one at most."""
    to_come = Version.objects.filter(page=slug, effective_at__gt=timezone.now())
    return to_come.order_by("-number").first()


def publish(page: Page, texts: Mapping[str, str], effective_at: datetime | None = None) -> Version:
    """Publish `texts` and return their version; the current one if it has the same texts.

    With `effective_at`, a moment to come, it is current from then on. A version that was scheduled
    before is replaced.
    """
    wanted = {name: texts[name] for name in TEXTS}
    with transaction.atomic():
        # Locked, so that two who publish at once get two numbers.
        Page.objects.select_for_update().get(pk=page.pk)
        last = newest(page.pk)
        if all(getattr(last, name) == text for name, text in wanted.items()):
            return last
        unschedule(page)
        number = page.versions.latest().number + 1
        return Version.objects.create(page=page, number=number, effective_at=effective_at, **wanted)


def unschedule(page: Page) -> bool:
    """Delete the scheduled version of `page`; return False if there is none, or it is current."""
    to_come = Version.objects.filter(page=page, effective_at__gt=timezone.now())
    return bool(to_come.delete()[0])
