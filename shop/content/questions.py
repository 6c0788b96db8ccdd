"""Questions and answers, remembered: every visitor asks for them, and they change once a month."""

import time
from functools import lru_cache
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from shop.content.models import Question

SECONDS = 10


def listed() -> list[Question]:
    """Those the page of the tiers shows. What changes is seen within ten seconds.

    Where it was changed, at once: each process of the web server remembers for itself.
    """
    return _listed(int(time.monotonic() // SECONDS))


@lru_cache(maxsize=1)
def _listed(_moment: int) -> list[Question]:
    return list(Question.objects.filter(listed=True))


@receiver([post_save, post_delete], sender=Question)
def clear_cache(**_change: Any) -> None:
    """Ask anew: a question was written, or is gone."""
    _listed.cache_clear()
