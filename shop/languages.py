"""The language of a page."""

from django.utils.translation import get_language


def page_language() -> str:
    """The language of the current page: `de` or `en`, and `de` for any other."""
    return "en" if (get_language() or "").startswith("en") else "de"
