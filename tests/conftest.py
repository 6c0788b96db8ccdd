"""What tests ask for."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.utils import translation

from shop.content.questions import clear_cache


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Tests speak English unless they say otherwise, and leave no language behind."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def with_nothing_remembered() -> None:
    """What another test wrote to be read on pages is gone with its rows."""
    clear_cache()


@pytest.fixture
def empty_cache(db: None) -> None:
    """Rate limits start anew."""
    cache.clear()
