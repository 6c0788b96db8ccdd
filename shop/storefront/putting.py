"""Carry what stands in the checkout's form into the open order."""

from collections.abc import Mapping
from typing import Any

from shop.catalogue.models import Product
from shop.catalogue.promotions import find_promotion
from shop.languages import page_language
from shop.orders.basket import language_of, put_account, put_product
from shop.orders.models import Basket
from shop.tenancy.models import User


def put_tier(basket: Basket, tier: Product) -> None:
    """Put `tier` in, with what stands there already as far as it fits."""
    product = dict(basket.product or {})
    if basket.order.product != tier:
        product.pop("projectId", None)
    if find_promotion(product.get("promoCode", ""), tier) is None:
        product.pop("promoCode", None)
    if basket.account:
        basket.account["currency"] = tier.currency
    put_product(basket, tier, product)


def put_details(
    basket: Basket, tier: Product, members: Mapping[str, Any], user: User | None
) -> None:
    """Put in what was typed: `members` of the order document, each without fault.

    What programs have put in beside it, such as an address, stays.
    """
    account = {
        "currency": tier.currency,
        "language": _language_tag(basket),
        "accountNumber": members.get("client_id"),
        "name": members.get("client_name"),
    }
    product = {
        "displayName": members.get("project_name"),
        "projectId": members.get("project_id"),
        "promoCode": members.get("promo_code"),
    }
    # A page has no currency of its own: that of the tier counts.
    basket.account = None
    put_product(basket, tier, _given(product))
    put_account(basket, _given(account), user)
    contact = basket.contacts.get("regular", {})
    person = {
        **contact.get("name", {}),
        "firstName": members.get("user_first_name"),
        "lastName": members.get("user_last_name"),
    }
    media = {**contact.get("contactMedia", {}), "email1": members.get("user_email")}
    basket.contacts["regular"] = {
        **contact,
        "name": _given(person),
        "contactMedia": _given(media),
    }


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _language_tag(basket: Basket) -> str:
    """The page's language; a program may have said more exactly which kind of it."""
    tag = (basket.account or {}).get("language", "")
    return tag if language_of(tag) == page_language() else page_language()
