"""The APIs' description, OpenAPI 3.1: each API tells its part, here they become one."""

from typing import Any

from shop.api.openapi import describe as describe_orders
from shop.catalogue.models import Product
from shop.describing import Schema, security_schemes, shared_headers
from shop.open_order.describing import describe as describe_open_order


def describe(base: str) -> Schema:
    """The description, for a server at `base`. One query: the tiers."""
    base = base.rstrip("/")
    tiers = list(Product.objects.all())
    parts = [describe_orders(tiers), describe_open_order(base, tiers)]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Slate orders API",
            "version": "1",
            "summary": "Place orders for your customers and follow them.",
            "description": f"The guides are at {base}/api/docs and {base}/api/docs/open-order.",
        },
        "servers": [{"url": base}],
        "externalDocs": {"url": f"{base}/api/docs", "description": "The guide"},
        "tags": [part.tag for part in parts],
        "paths": joined(*(part.paths for part in parts)),
        "components": {
            "schemas": joined(*(part.schemas for part in parts)),
            "headers": joined(shared_headers(), *(part.headers for part in parts)),
            "responses": joined(*(part.responses for part in parts)),
            "securitySchemes": joined(
                security_schemes(base), *(part.security_schemes for part in parts)
            ),
        },
    }


def joined(*shares: Schema) -> Schema:
    """All `shares`; no name may be in two of them."""
    joined: dict[str, Any] = {}
    for share in shares:
        if twice := joined.keys() & share.keys():
            raise ValueError(f"Two parts of the description are called {sorted(twice)}.")
        joined |= share
    return joined
