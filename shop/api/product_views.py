"""`/api/products`: the tiers and their prices, open to anybody (contract, "Orders API")."""

from typing import Any, Literal
from urllib.parse import urljoin

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from pydantic import ConfigDict

from shop.api.auth import open_to_all
from shop.api.response_schema import Amount, Answered, Number
from shop.api.responses import failure, success
from shop.base_url import base_url
from shop.catalogue.listed_tiers import LISTED
from shop.catalogue.models import Product
from shop.catalogue.prices import amount, percent_of
from shop.faults import fault
from shop.openapi import Address, Operation


class YearlyPriceAnswer(Answered):
    """The price of a year, paid in advance."""

    model_config = ConfigDict(title="YearlyPrice")

    net: Amount
    """Without VAT."""
    vat_rate: Amount
    """The rate of VAT in percent, such as 19.00."""
    vat: Amount
    """The VAT."""
    gross: Amount
    """With VAT."""


class ProductAnswer(Answered):
    """A tier that can be ordered. VAT is the seller's: the buyer's country may change it."""

    model_config = ConfigDict(title="Tier")

    product: str
    """The code by which orders name it."""
    slug: str
    """Names it in addresses."""
    name: str
    """The name."""
    members: Number
    """The number of members that a project may have."""
    approval: bool
    """true where a person approves each order."""
    url: Address
    """Its page."""
    net: Amount
    """The price of a month without VAT."""
    vat_rate: Amount
    """The rate of VAT in percent, such as 19.00."""
    vat: Amount
    """The VAT."""
    gross: Amount
    """With VAT."""
    currency: str
    """A currency code of ISO 4217."""
    interval: Literal["month"]
    """The time that the price is for."""
    yearly: YearlyPriceAnswer | None
    """The price of a year; null where it is sold by the month alone."""


@open_to_all(
    GET=Operation(
        "listTiers",
        "List the tiers and their prices",
        "The tiers that can be ordered, as sorted in the shop.",
        {200: list[ProductAnswer]},
        is_public=True,
    )
)
def products(request: HttpRequest) -> HttpResponse:
    """List the tiers that can be ordered."""
    base = base_url(request)
    return success(200, {"array": [_shown(tier, base) for tier in LISTED.all()]})


@open_to_all(
    GET=Operation(
        "showTier",
        "Show a tier and its price",
        "A tier that can be ordered.",
        {200: ProductAnswer},
        is_public=True,
    )
)
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a tier; 404 for a retired one, too."""
    found = next((tier for tier in LISTED.all() if tier.slug == slug), None)
    if found is None:
        return failure(404, fault("tier_not_found"))
    return success(200, {"product": _shown(found, base_url(request))})


def _shown(tier: Product, base: str) -> dict[str, Any]:
    yearly = tier.yearly_net_cents
    return {
        "product": tier.code,
        "slug": tier.slug,
        "name": tier.name,
        "members": tier.members,
        "approval": tier.is_manual,
        "url": urljoin(base, reverse("tier", args=[tier.slug])),
        **_price(tier, tier.net_cents),
        "currency": tier.currency,
        "interval": "month",
        "yearly": None if yearly is None else _price(tier, yearly),
    }


def _price(tier: Product, net_cents: int) -> dict[str, str]:
    vat_cents = percent_of(net_cents, tier.vat_rate)
    return {
        "net": amount(net_cents),
        "vat_rate": f"{tier.vat_rate:.2f}",
        "vat": amount(vat_cents),
        "gross": amount(net_cents + vat_cents),
    }
