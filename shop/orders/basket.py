"""The basket of an open order: fill it, consent to the terms, check it, quote its price.

Change a basket inside `locked_basket` or `update_open_order`, which save it.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotions import find_promotion
from shop.catalogue.vat import Vat
from shop.content.models import Page, Version
from shop.content.publishing import newest
from shop.orders.buyers import vat_of
from shop.orders.document import CheckedDocument, InvalidDocumentError, check_document
from shop.orders.models import Basket, Order
from shop.orders.order_fields import AS_SENT
from shop.orders.pricing import Price, price_hash, price_of
from shop.orders.problems import Problem
from shop.tenancy.models import User


class NoConsentError(Exception):
    """The basket holds no consent to the current terms."""


def basket_of(order: Order) -> Basket:
    """The basket of `order`; of one that was placed whole, made of its document and never saved."""
    kept: Basket | None = getattr(order, "basket", None)
    if kept:
        return kept
    members = {"product": order.product.code, **{name: getattr(order, name) for name in AS_SENT}}
    webhook = {"name": "redirection_uri", "value": order.redirection_uri}
    return Basket(
        order=order,
        document={name: value for name, value in members.items() if value is not None},
        currency=order.currency or order.product.currency,
        language_tag=order.language,
        attributes=[webhook] if order.redirection_uri else None,
        # The same at each call, and not the hash itself, which is a key.
        product_key=uuid.uuid5(uuid.NAMESPACE_OID, order.order_hash).hex,
    )


def update_document(basket: Basket, members: Mapping[str, Any]) -> None:
    """Put fields of the order document into `basket`; None takes one out."""
    merged = {**basket.document, **members}
    basket.document = {name: value for name, value in merged.items() if value is not None}


def put_tier(basket: Basket, tier: Product) -> None:
    """Make `tier` the one product of `basket`; what it is for stays."""
    basket.order.product = tier
    basket.product_key = basket.product_key or uuid.uuid4().hex
    update_document(basket, {"product": tier.code})
    if not tier.yearly_net_cents:
        update_document(basket, {"interval": None})


def remove_product(basket: Basket) -> None:
    """Take the product out, with its project and promotion code."""
    basket.order.product = None  # type: ignore[assignment]  # while it is open
    basket.product_key = ""
    names = ("product", "project_id", "project_name", "promo_code", "interval")
    update_document(basket, dict.fromkeys(names))


def order_document(basket: Basket) -> dict[str, Any]:
    """The order document of `basket`. A client that is not named has the contact's company.

    A company that is billed and not named is the client.
    """
    members: dict[str, Any] = basket.document
    if basket.company and not members.keys() & {"client_id", "client_name"}:
        members = {**members, "client_name": basket.company}
    billing, name = members.get("billing"), members.get("client_name")
    if billing and name and billing.get("customer_type") == "company":
        members = {**members, "billing": {"company": name, **billing}}
    return members


def incomplete(basket: Basket) -> list[Problem]:
    """The required fields that are unset, and `account` (contract, "The open order")."""
    members = order_document(basket)
    needed = {
        "account": basket.currency,
        "product": members.get("product"),
        "project_name": members.get("project_name") or members.get("project_id"),
        "user_email": members.get("user_email"),
        "client_name": members.get("client_name") or members.get("client_id"),
    }
    if not needed["product"]:
        del needed["project_name"]
    return [Problem(name, "required") for name, value in needed.items() if not value]


def check_basket(basket: Basket, client_admin: User | None) -> CheckedDocument:
    """Check whether `basket` can be placed. Raises InvalidDocumentError with every problem."""
    lacks = incomplete(basket)
    try:
        checked = check_document(order_document(basket), client_admin=client_admin)
    except InvalidDocumentError as refusal:
        lacking = {problem.member for problem in lacks}
        found = [problem for problem in refusal.problems if problem.member not in lacking]
        raise InvalidDocumentError(found + lacks) from refusal
    if lacks:
        raise InvalidDocumentError(lacks)
    return checked


def quote(basket: Basket, own_vat: Vat | None = None) -> tuple[Price, str, Promotion | None] | None:
    """The price, its hash, and the promotion of `basket`; None while it holds no product.

    `own_vat` is what the seller charges at home, where the caller has read it already.
    """
    if "product" not in basket.document:
        return None
    product, document = basket.order.product, basket.document
    code, adds_member = document.get("promo_code"), "project_id" in document
    promotion = find_promotion(code, product) if code else None
    billing, client_id = document.get("billing"), document.get("client_id")
    is_known = billing is not None or client_id is not None
    vat = own_vat if own_vat and not is_known else vat_of(billing, client_id)
    interval = document.get("interval", Interval.MONTH)
    price = price_of(product, promotion, vat, interval, adds_member=adds_member)
    return price, price_hash(product, price, code), promotion


def current_terms() -> Version:
    """The version of the terms to agree to now."""
    return newest(Page.Slug.TERMS)


def put_consent(basket: Basket, agreed: Version | None) -> None:
    """Record consent to the version `agreed`, as of now; None withdraws it."""
    basket.terms = agreed
    basket.agreed_at = timezone.now() if agreed else None


def put_business(basket: Basket, *, declared: bool) -> None:
    """Record, as of now, that the customer orders as a business; or take it back."""
    basket.declared_business_at = timezone.now() if declared else None


def check_consent(basket: Basket) -> None:
    """Raise NoConsentError unless `basket` holds consent to the current terms."""
    if basket.terms_id != current_terms().pk:
        raise NoConsentError
