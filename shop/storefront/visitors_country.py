"""The country that a visitor's browser names beside its first language, such as AT by `de-AT`."""

import re

from django.http import HttpRequest

from shop.catalogue.seller import Seller
from shop.orders.field_types import COUNTRIES
from shop.orders.models import Basket

FIRST_TAG = re.compile(r"\s*([a-z]{2,3})-(?:[a-z]{4}-)?([a-z]{2})\s*(?:[,;]|$)", re.IGNORECASE)
# Half the world has its browser in English of the USA.
SAYS_NOTHING = "en"


def country_abroad(request: HttpRequest, basket: Basket, seller: Seller) -> str:
    """Return the country to begin with if it is not the seller's; "" where more is known."""
    found = FIRST_TAG.match(request.headers.get("Accept-Language", ""))
    if not found or found[1].lower() == SAYS_NOTHING or basket.order.product.is_free:
        return ""
    if {"billing", "client_id"} & basket.document.keys():
        return ""
    country = found[2].upper()
    return country if country in COUNTRIES and country != seller.country else ""
