"""Structured data of a tier, in the vocabulary of schema.org, for search engines."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from shop.catalogue.models import Product

# Characters that could end the script element, as JSON escapes.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


def describe(product: Product, address: str) -> dict[str, Any]:
    """The tier sold at the URL `address`. Amounts are strings: JSON numbers are floats."""
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
    """`data` as JSON that is safe inside a script element.

    Browsers do not run data blocks, so the content security policy allows them.
    """
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308 -- ESCAPES leaves nothing that HTML interprets
