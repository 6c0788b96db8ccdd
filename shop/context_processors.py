"""Variables that every template has."""

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from shop.base_url import base_url


def absolute_urls(request: HttpRequest) -> dict[str, str]:
    """The shop's URL without a trailing slash, and the page's URL without its query string."""
    shop = base_url(request).rstrip("/")
    return {"shop_url": shop, "page_url": shop + escape_uri_path(request.path)}
