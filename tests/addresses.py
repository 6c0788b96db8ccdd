"""Every address of the shop, found by walking the URL configuration."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def all_addresses() -> set[str]:
    """Each address as people write it: `staff/orders/{pk}/`."""
    return set(_addresses(get_resolver().url_patterns))


def _addresses(patterns: Any, before: str = "") -> Iterator[str]:
    for each in patterns:
        path = before + _plain(str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _addresses(each.url_patterns, path)
        elif isinstance(each, URLPattern):
            yield path


def _plain(pattern: str) -> str:
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern)
    plain = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", named).replace("^", "").replace("$", "")
    return plain.replace(r"/?\Z", "")
