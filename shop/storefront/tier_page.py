"""The page of a tier: its limits, the next larger one, and a quote."""

from collections.abc import Sequence
from typing import Any

from shop.catalogue.features import compare, gains
from shop.catalogue.models import Product
from shop.content.proof import listed_proof
from shop.storefront.start_page import paying

Family = Product.Family
SCENES = {Family.FREE: "evening", Family.FILM: "dailies", Family.SIZE: "members"}


def tier_page(product: Product, products: Sequence[Product]) -> dict[str, Any]:
    """Return what the page of `product` shows of it, of all `products`, and of the shop."""
    family = [each for each in products if product.is_free or each.family == product.family]
    larger = _next_larger(product, products)
    quotes = listed_proof().quotes
    return {
        "product": product,
        "lacks": [row.feature for row in compare(family) if not row.values[family.index(product)]],
        "larger": larger,
        "gains": gains(product, larger) if larger else [],
        "more_cents": larger.gross_cents - product.gross_cents if larger else 0,
        # Neighbours show different ones.
        "quote": quotes[products.index(product) % len(quotes)] if quotes else None,
        "scene": f"storefront/scenes/{SCENES[Family(product.family)]}.html",
        **paying([product]),
    }


def _next_larger(product: Product, products: Sequence[Product]) -> Product | None:
    """Return the next dearer tier of the family; of all, for one that is free."""
    dearer = [
        each
        for each in products
        if each.net_cents > product.net_cents
        and each.currency == product.currency
        and (each.family == product.family or product.is_free)
    ]
    return min(dearer, key=lambda each: each.net_cents, default=None)
