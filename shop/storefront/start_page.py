"""The order in which the start page shows the tiers, and how paying and ending work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from shop.catalogue.features import Feature, FeatureValue, compare
from shop.catalogue.models import Product

Family = Product.Family


@dataclass(frozen=True)
class Card:
    """A tier beside what it has of each feature that a tier of its family has; None: it lacks it."""

    product: Product
    features: list[tuple[Feature, FeatureValue | None]]


def start_page(products: Sequence[Product]) -> dict[str, Any]:
    """Return what the start page shows of `products`.

    One family is shown at a time, at first that of the recommended tier.
    """
    families = [
        (family, members, _cards(members))
        for family in Family
        if family != Family.FREE
        and (members := [product for product in products if product.family == family])
    ]
    recommended = next((product for product in products if product.recommended), None)
    names = [family for family, _members, _cards in families]
    shown = recommended.family if recommended else ""
    return {
        "free": [product for product in products if product.family == Family.FREE],
        "families": families,
        "shown": shown if shown in names else next(iter(names), ""),
        "recommended": recommended,
        **paying(products),
    }


def _cards(members: Sequence[Product]) -> list[Card]:
    compared = compare(members)
    return [
        Card(product, [(row.feature, row.values[place]) for row in compared])
        for place, product in enumerate(members)
    ]


def paying(products: Sequence[Product]) -> dict[str, Any]:
    """Return what the settings and the seller say of invoices and of the end of a contract."""
    paid = [product for product in products if not product.is_free]
    return {
        "paid": paid,
        "by_year": any(product.yearly_net_cents for product in paid),
        "due_days": getattr(next(iter(paid), None), "due_days", None),
        "notice_days": settings.CANCELLATION_NOTICE_DAYS,
        "export_days": settings.EXPORT_DAYS,
    }
