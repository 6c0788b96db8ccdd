"""The shop's URL, and absolute links made from it."""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.encoding import escape_uri_path

from shop.orders.models import Order


def base_url(request: HttpRequest) -> str:
    """BASE_URL, or in the demo the host of `request`; without a trailing slash."""
    return request.build_absolute_uri("/")[:-1] if settings.DEMO else settings.BASE_URL


def absolute_urls(request: HttpRequest) -> dict[str, str]:
    """Every template's variables: the shop's URL, and the page's without its query string."""
    shop = base_url(request)
    return {"shop_url": shop, "page_url": shop + escape_uri_path(request.path)}


def registration_url(order: Order, base: str) -> str:
    """The absolute URL of the order's registration page."""
    before, after = _registration_urls(base, get_script_prefix())
    return f"{before}{order.order_hash}{after}"


@lru_cache(maxsize=100)
def _registration_urls(base: str, _script_prefix: str) -> tuple[str, str]:
    """Return the URL before and after the hash: looked up once, not for each order of a list."""
    no_hash = "0" * 32
    before, _hash, after = urljoin(base, reverse("registration", args=[no_hash])).rpartition(
        no_hash
    )
    return before, after
