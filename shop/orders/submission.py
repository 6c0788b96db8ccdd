"""Place the open order, and quote its price before."""

import re
from dataclasses import replace

from shop.catalogue.models import Promotion
from shop.catalogue.promotions import find_promotion
from shop.orders.basket import NeedsClientAdminError, administers, document, missing, wire_name
from shop.orders.consent import check_consent
from shop.orders.document import Errors, InvalidDocumentError, check_document
from shop.orders.models import Basket, Order
from shop.orders.open_orders import locked_basket
from shop.orders.placing import Caller, place_order
from shop.orders.pricing import Price, price_hash, price_of
from shop.tenancy.models import User

MEMBER = re.compile(r"\b(?:client|project|user|promo)_\w+")


def submit(
    order: Order, caller: Caller, *, quote_hash: str | None = None, by_consent: bool = False
) -> Order:
    """Place the open `order`; it is the same record afterwards.

    Raises Refused by the names of the open order's resources, NeedsClientAdmin, PriceChanged
    where `quote_hash` is no longer the quote's, NotOpen where somebody was faster, and NotAgreed
    where it is to be placed `by_consent` and there is none to the terms as they are now.
    """
    with locked_basket(order) as basket:
        if by_consent:
            check_consent(basket)
        check(basket, caller.client_admin)
        caller = replace(caller, application=caller.application or basket.application)
        try:
            return place_order(document(basket), caller, opened=basket.order, quote_hash=quote_hash)
        except InvalidDocumentError as refusal:
            # The last use of a promotion code has just been taken.
            raise InvalidDocumentError(_renamed(refusal.errors, basket)) from refusal


def check(basket: Basket, admin: User | None) -> None:
    """Whether `basket` could be placed by `admin` now. Raises Refused, NeedsClientAdmin."""
    lacks = missing(basket)
    members = document(basket)
    if "client_id" in members and not administers(admin, members["client_id"]):
        raise NeedsClientAdminError
    try:
        check_document(members, client_admin=admin)
    except InvalidDocumentError as refusal:
        errors = _renamed(refusal.errors, basket)
        if "products" in lacks:
            errors.pop("offering", None)
        raise InvalidDocumentError({**errors, **lacks}) from refusal
    if lacks:
        raise InvalidDocumentError(lacks)


def _renamed(errors: Errors, basket: Basket) -> Errors:
    """`errors` in the words of the open order, also where a sentence names another member."""
    renamed: Errors = {}
    for member, sentences in errors.items():
        told = [MEMBER.sub(lambda found: wire_name(found[0], basket), each) for each in sentences]
        renamed.setdefault(wire_name(member, basket), []).extend(told)
    return renamed


def quote(basket: Basket) -> tuple[Price, str, Promotion | None] | None:
    """Price, hash and promotion of what is in `basket`; None while it holds no product."""
    if not basket.product:
        return None
    product, code = basket.order.product, basket.product.get("promoCode")
    promotion = find_promotion(code, product) if code else None
    price = price_of(product, promotion, adds_member="projectId" in basket.product)
    return price, price_hash(product, price, code), promotion
