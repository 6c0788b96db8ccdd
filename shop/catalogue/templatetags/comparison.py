"""Filters for what tiers include."""

from collections.abc import Sequence

from django import template

from shop.catalogue.features import ComparedFeature, FeatureChange, changes, compare
from shop.catalogue.models import Product

register = template.Library()


@register.filter
def compared(products: Sequence[Product]) -> list[ComparedFeature]:
    """Return the features of `products` side by side: `{% for row in products|compared %}`."""
    return compare(products)


@register.filter
def changed_from(new: Product, old: Product) -> list[FeatureChange]:
    """Return what a tier has more or less of than another: `{% for each in new|changed_from:old %}`."""
    return changes(old, new)
