"""The language of a page."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def page_language() -> str:
    """The active language as `de` or `en`; German where it is neither."""
    return "en" if (get_language() or "").startswith("en") else "de"


def requested_language(request: HttpRequest) -> str:
    """The supported language that `?lang=` asks for, else the empty string."""
    language = request.GET.get("lang", "")
    return language if language in dict(settings.LANGUAGES) else ""
