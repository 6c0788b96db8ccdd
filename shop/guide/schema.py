"""`/api/openapi.json`: the parts that the APIs describe themselves, in one document."""

from typing import Any

from django.conf import settings

from shop.access.tokens import BILLING, READ, WEBHOOKS, WRITE
from shop.api import orders_openapi
from shop.catalogue.models import Product
from shop.compiled_queries import CompiledQuery
from shop.guide.changelog import latest
from shop.open_order import open_order_openapi
from shop.openapi import NUMBER, Schema, header
from shop.theme import shop_name

SCOPES = {
    READ: "See the orders that this application placed.",
    WRITE: "Place orders.",
    BILLING: "See the invoices of these orders, or of the clients that the user administers.",
    WEBHOOKS: "Register the addresses at which this application is told of events.",
}
SHARED_HEADERS = {
    "Allow": header("The methods this address knows."),
    # Calls are not limited everywhere.
    "RateLimit": header(
        "How many calls are left, and in how many seconds there are more.", required=False
    ),
    "RateLimit-Policy": header("How many calls are allowed in how many seconds.", required=False),
    "Retry-After": header("After how many seconds to call again.", NUMBER),
    "X-Request-ID": header(
        "Names this call in our logs: your own X-Request-ID, where it is 1 to 64 letters, digits "
        "or . _ - and does not hold the hash of the order, else one of ours."
    ),
}


# Retired ones too: orders of programs name them.
ALL_TIERS: CompiledQuery[Product] = CompiledQuery(Product.objects.all)


def describe(base: str, tiers: list[Product] | None = None) -> Schema:
    """The OpenAPI document for a server at `base`. One query, unless it is given all tiers."""
    tiers = ALL_TIERS.all() if tiers is None else tiers
    parts = [orders_openapi.describe(tiers), open_order_openapi.describe(base, tiers)]
    components = [
        {"headers": SHARED_HEADERS, "securitySchemes": _security_schemes(base)},
        *(part["components"] for part in parts),
    ]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": f"{shop_name()} orders API",
            "version": latest().isoformat(),
            "summary": "Place orders for your customers and follow them.",
            "description": f"The guides are at {base}/api/docs and {base}/api/docs/open-order, "
            f"the changelog is at {base}/api/docs/changelog, also as a feed.",
            "contact": _contact(base),
            # Of this description and of what is generated from it; see LICENSE.
            "license": {"name": "MIT License", "identifier": "MIT"},
        },
        "servers": [{"url": base}],
        "externalDocs": {"url": f"{base}/api/docs", "description": "The guide"},
        "tags": [part["tag"] for part in parts],
        "paths": joined(*(part["paths"] for part in parts)),
        "webhooks": joined(*(part.get("webhooks", {}) for part in parts)),
        "components": {
            kind: joined(*(each.get(kind, {}) for each in components))
            for kind in ("schemas", "headers", "responses", "securitySchemes")
        },
    }


def _contact(base: str) -> Schema:
    """The people to turn to, as far as settings name them."""
    contact = {"name": shop_name(), "url": f"{base}/contact/"}
    return {**contact, "email": settings.SUPPORT_EMAIL} if settings.SUPPORT_EMAIL else contact


def joined(*parts: Schema) -> Schema:
    """All `parts` in one. Raises ValueError where two of them use one name."""
    joined: dict[str, Any] = {}
    for part in parts:
        if twice := joined.keys() & part.keys():
            raise ValueError(f"Two parts of the description are called {sorted(twice)}.")
        joined |= part
    return joined


def _security_schemes(base: str) -> Schema:
    token = {"tokenUrl": f"{base}/oauth/token", "scopes": SCOPES}
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token, from OAuth 2 or issued once for long.",
        },
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials for a program of its own; an authorization code, "
            "with PKCE, for a program that acts for a user.",
            "flows": {
                "clientCredentials": token,
                "authorizationCode": {
                    **token,
                    "authorizationUrl": f"{base}/oauth/authorize",
                    "refreshUrl": f"{base}/oauth/token",
                },
            },
        },
    }
