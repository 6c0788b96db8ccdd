"""Filters for what tiers include."""

from collections.abc import Sequence

from django import template

from shop.catalogue.features import ComparedFeature, Gain, compare, gains
from shop.catalogue.models import Product

register = template.Library()


@register.filter
def compared(products: Sequence[Product]) -> list[ComparedFeature]:
    """Return the features of `products` side by side: `{% with rows=products|compared %}`."""
    return compare(products)


@register.filter
def beyond(larger: Product, smaller: Product) -> list[Gain]:
    """Return what one tier has beyond a smaller one: `{% for gain in larger|beyond:smaller %}`."""
    return gains(smaller, larger)
