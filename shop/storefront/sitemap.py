"""`/sitemap.xml`: the public pages, each in both languages."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.translation import get_language

from shop.catalogue.models import Product
from shop.content.shown_pages import shown_slugs
from shop.customers import sells_to_everyone

ItemT = TypeVar("ItemT")


class OfThisShop(Sitemap[ItemT]):
    """Pages at BASE_URL; in the demo at the request's host."""

    def get_protocol(self, protocol: str | None = None) -> str:
        """Return the scheme of BASE_URL; in the demo the request's."""
        return (protocol or "http") if settings.DEMO else urlsplit(settings.BASE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        """Return the host of BASE_URL; in the demo the request's."""
        return site.domain if settings.DEMO else urlsplit(settings.BASE_URL).netloc


class Pages(OfThisShop[str]):
    """The list of tiers, each tier, the legal pages, and where contracts are cancelled."""

    i18n = True
    alternates = True

    def items(self) -> list[str]:
        """Return the pages' paths."""
        listed = Product.objects.filter(listed=True)
        tiers = [reverse("tier", args=[product.slug]) for product in listed]
        declarations = ["cancel_contract", *(["withdraw"] if sells_to_everyone() else [])]
        return [reverse("tiers"), *tiers, *map(reverse, [*shown_slugs(), *declarations])]

    def location(self, item: str) -> str:
        """Return the path of the page in the active language."""
        return f"{item}?lang={get_language()}"

    def get_urls(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Add `x-default`: without `lang`, the page is in the reader's language."""
        urls = super().get_urls(*args, **kwargs)
        for url in urls:
            neutral = url["location"].partition("?")[0]
            url["alternates"].append({"location": neutral, "lang_code": "x-default"})
        return urls
