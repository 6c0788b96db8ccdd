"""Questions and answers, cached: every visitor reads them, and they change once a month."""

import time
from functools import lru_cache
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from shop.compiled_queries import CompiledQuery
from shop.content.models import Question

SECONDS = 10
LISTED: CompiledQuery[Question] = CompiledQuery(lambda: Question.objects.filter(listed=True))


def listed_rows() -> list[tuple[Any, ...]]:
    """Return the rows of the questions to show, cached for ten seconds in each process."""
    return _listed(int(time.monotonic() // SECONDS))


@lru_cache(maxsize=1)
def _listed(_period: int) -> list[tuple[Any, ...]]:
    return LISTED.raw()


@receiver([post_save, post_delete], sender=Question)
def clear_cache(**_change: Any) -> None:
    """Drop the cache of this process after a question was saved or deleted."""
    _listed.cache_clear()
