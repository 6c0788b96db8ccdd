"""Ages in words are those of Django's `timesince`, which takes much longer for each."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timesince import timesince
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st

from portal.backoffice.ages import age

NOW = datetime(2024, 3, 31, 12, tzinfo=UTC)
times = st.integers(0, 40 * 366 * 86_400).map(lambda ago: NOW - timedelta(seconds=ago))


@given(since=times, now=times)
@example(since=datetime(2024, 2, 29, tzinfo=UTC), now=datetime(2025, 2, 28, tzinfo=UTC))
@example(since=datetime(2024, 1, 31, 12, 0, 0, 1, tzinfo=UTC), now=NOW)
@example(since=NOW - timedelta(days=28), now=NOW)
@example(since=NOW, now=NOW)
def test_age_is_the_largest_unit_that_django_names(since: datetime, now: datetime) -> None:
    for language in ("de", "en"):
        with override(language):
            assert age(since, now) == timesince(since, now, depth=1)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["0\xa0minutes", "1\xa0day", "2\xa0months"]),
        ("de", ["0\xa0Minuten", "1\xa0Tag", "2\xa0Monate"]),
    ],
)
def test_age_is_in_the_readers_language(language: str, words: list[str]) -> None:
    spans = (timedelta(seconds=59), timedelta(hours=30), timedelta(days=63))
    with override(language):
        assert [age(NOW - span, NOW) for span in spans] == words
