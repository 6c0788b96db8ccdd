"""Structured data of a tier for search engines, in the vocabulary of schema.org."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from shop.catalogue.models import Product
from shop.theme import shop_name

# Characters that could end the script element, as JSON escapes.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


def describe(product: Product, address: str) -> dict[str, Any]:
    """Describe the tier sold at the URL `address`. Amounts are strings: JSON numbers are floats."""
    offers = [_offer(product, address, product.gross_cents, "MON")]
    if product.yearly_net_cents:
        offers.append(_offer(product, address, product.yearly_gross_cents, "ANN"))
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": product.code,
        "description": product.promise,
        "url": address,
        "brand": {"@type": "Brand", "name": shop_name()},
        "offers": offers if len(offers) > 1 else offers[0],
    }


def _offer(product: Product, address: str, gross_cents: int, unit: str) -> dict[str, Any]:
    """Describe one price with VAT; `unit` is that of its interval, by UN/CEFACT."""
    amount = f"{gross_cents // 100}.{gross_cents % 100:02}"
    price = {"price": amount, "priceCurrency": product.currency}
    return {
        "@type": "Offer",
        **price,
        "url": address,
        "availability": "https://schema.org/InStock",
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            **price,
            "valueAddedTaxIncluded": True,
            "referenceQuantity": {"@type": "QuantitativeValue", "value": "1", "unitCode": unit},
        },
    }


def data_block(data: dict[str, Any]) -> SafeString:
    """Return `data` as JSON that is safe inside a script element, which browsers do not run."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308 -- ESCAPES leaves nothing that HTML interprets
