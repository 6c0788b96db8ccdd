"""What a tier is, in the words of schema.org, for search engines to read."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from shop.catalogue.models import Product

# What could end the data block, or begin something in it: as JSON's own escapes.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


def describe(product: Product, address: str) -> dict[str, Any]:
    """The tier that is sold at `address`. Amounts are text: JSON's numbers are floats."""
    price = {
        "price": f"{product.gross_cents // 100}.{product.gross_cents % 100:02}",
        "priceCurrency": product.currency,
    }
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": product.code,
        "description": product.promise,
        "url": address,
        "brand": {"@type": "Brand", "name": "Slate"},
        "offers": {
            "@type": "Offer",
            **price,
            "url": address,
            "availability": "https://schema.org/InStock",
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                **price,
                "valueAddedTaxIncluded": True,
                "referenceQuantity": {
                    "@type": "QuantitativeValue",
                    "value": "1",
                    "unitCode": "MON",
                },
            },
        },
    }


def data_block(data: dict[str, Any]) -> SafeString:
    """`data` as JSON that may stand between script tags, whatever is in it.

    Browsers run no block of data, so the policy against scripts of a page's own lets it be.
    """
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308 -- no sign is left that HTML knows
