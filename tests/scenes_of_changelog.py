"""The partners' changelog; see `scenes.py`."""

from collections.abc import Iterator

from tests.scene import Scene


def changelog() -> Iterator[Scene]:
    """The changes of the API."""
    yield Scene("api-changelog", "/api/docs/changelog")
