"""The beginning of absolute URLs."""

from django.conf import settings
from django.http import HttpRequest


def base_url(request: HttpRequest) -> str:
    """BASE_URL without a trailing slash; in the demo the host of `request`, with one."""
    return request.build_absolute_uri("/") if settings.DEMO else settings.BASE_URL
