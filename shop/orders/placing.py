"""The one way in: every placed order, from a page or from a program, is written here."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.access.models import Application
from shop.catalogue.promotions import use
from shop.log_context import note_order
from shop.orders.archived_order import archived_by_number
from shop.orders.basket import check_consent
from shop.orders.buyers import vat_of
from shop.orders.document import CheckedDocument, InvalidDocumentError
from shop.orders.models import Basket, Order, State
from shop.orders.pricing import Price, nothing_to_pay, price_hash, price_of
from shop.orders.problems import Problem
from shop.orders.states import place, transition
from shop.tenancy.models import User
from shop.tracing import keep_origin

NUMBERS_TRIED = 3


@dataclass(frozen=True)
class Caller:
    """The sender of an order: a partner's program, a signed-in user, or nobody known."""

    application: Application | None = None
    user: User | None = None


ANYBODY = Caller()


class PriceChangedError(Exception):
    """The price is no longer the one that the customer has seen; nothing is placed."""


class NotOpenError(Exception):
    """The open order was placed or deleted meanwhile."""


def place_order(document: CheckedDocument, caller: Caller = ANYBODY) -> Order:
    """Write an order as `pending`. Raises InvalidDocumentError if its promotion is used up."""
    values = _values(document, _price(document), caller)
    for _try in range(NUMBERS_TRIED):
        order = Order(**values)
        order.complete = not order.missing
        try:
            with transaction.atomic():
                _use_promotion(document)
                place(order, actor=caller.user)
                keep_origin(order)
        except IntegrityError:
            # One in a million: another order has the number that was drawn.
            taken = Order.objects.filter(order_number=order.order_number).exists()
            if not (taken or archived_by_number(order.order_number or "")):
                raise
        else:
            note_order(order)
            return order
    raise IntegrityError("no free order number was found")


def submit_open_order(
    basket: Basket,
    document: CheckedDocument,
    caller: Caller,
    *,
    quote_hash: str | None = None,
    needs_consent: bool = False,
) -> Order:
    """Place the open order of `basket`, which `locked_basket` holds, with its checked `document`.

    `quote_hash` is the hash of the price that was agreed to. Raises NoConsentError if the order
    `needs_consent` and has none, PriceChangedError, and InvalidDocumentError as `place_order` does.
    """
    if needs_consent:
        check_consent(basket)
    order, price = basket.order, _price(document)
    if quote_hash not in {None, _hash(document, price)}:
        raise PriceChangedError
    caller = replace(caller, application=caller.application or basket.application)
    _use_promotion(document)
    values = _values(document, price, caller)
    values["complete"] = not Order(**values).missing
    if not transition(order, State.PENDING, actor=caller.user, **values):
        raise NotOpenError
    note_order(order)
    keep_origin(order)
    return order


def quote_hash_of(document: CheckedDocument) -> str:
    """The hash of the price that `document` has now; a quote shows it."""
    return _hash(document, _price(document))


def _hash(document: CheckedDocument, price: Price) -> str:
    return price_hash(document.product, price, document.members.promo_code)


def _price(document: CheckedDocument) -> Price:
    members, product = document.members, document.product
    if members.project_id is not None:
        return nothing_to_pay(product.currency, members.interval)
    vat = vat_of(_billing(document), members.client_id)
    return price_of(product, document.promotion, vat, members.interval)


def _billing(document: CheckedDocument) -> dict[str, Any] | None:
    billing = document.members.billing
    return billing.model_dump(exclude_none=True) if billing else None


def _values(document: CheckedDocument, price: Price, caller: Caller) -> dict[str, Any]:
    members, product, bearer = document.members, document.product, document.bearer
    values: dict[str, Any] = {
        **members.model_dump(exclude={"product", "admin_user_access_token", "billing"}),
        "billing": _billing(document),
        "product": product,
        "tier_name": product.name,
        "net_cents": price.net_cents,
        "discount_cents": price.discount_cents,
        "currency": price.currency,
        "vat_rate": price.vat_rate,
        "vat_rule": price.vat_rule,
        "discount_months": price.discount_months,
        "application": caller.application,
        "placed_by": caller.user,
        # An open order may be weeks old when it is placed.
        "created_at": timezone.now(),
    }
    if bearer:
        values["token"] = bearer.token
        values["token_user"] = bearer.user
        values["token_last4"] = (members.admin_user_access_token or "")[-4:]
    elif members.client_id:
        values["token_user"] = document.client_admin
    return values


def _use_promotion(document: CheckedDocument) -> None:
    if document.promotion and not use(document.promotion):
        problem = Problem("promo_code", "invalid_promo_code", tier=document.product.name)
        raise InvalidDocumentError([problem])
