"""The one way in: every placed order, from a page or from a program, is written here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.access.models import Application
from shop.catalogue.promotions import use
from shop.orders.document import NO_PROMOTION, CheckedDocument, InvalidDocumentError, check_document
from shop.orders.models import Order, State
from shop.orders.pricing import price_hash, price_of
from shop.orders.states import place, transition
from shop.tenancy.models import User


@dataclass(frozen=True)
class Caller:
    """Who places an order: a partner's program, a signed-in user, or nobody known.

    `client_admin` has signed in for this very call, so that their clients need no token.
    """

    application: Application | None = None
    user: User | None = None
    client_admin: User | None = None


ANYBODY = Caller()


class PriceChangedError(Exception):
    """The price is no longer the one that the orderer has seen; nothing is placed."""


class NotOpenError(Exception):
    """The open order was placed or deleted meanwhile."""


def place_order(
    document: Mapping[str, Any],
    caller: Caller = ANYBODY,
    *,
    opened: Order | None = None,
    quote_hash: str | None = None,
) -> Order:
    """The order that `document` asks for, written in state `pending`.

    `opened` is the open order that becomes this one; without it a new one is written.
    `quote_hash` is the hash of the price that was agreed to. Raises Refused with every fault of
    the document (contract, "Orders API"), PriceChanged, and NotOpen where `opened` is not open.
    """
    checked = check_document(document, client_admin=caller.client_admin)
    values = _values(checked, caller)
    if quote_hash is not None and quote_hash != _hash(checked):
        raise PriceChangedError
    order = opened or Order()
    for name, value in values.items():
        setattr(order, name, value)
    order.complete = not order.missing
    with transaction.atomic():
        if checked.promotion and not use(checked.promotion):
            raise InvalidDocumentError({"promo_code": [NO_PROMOTION]})
        if opened is None:
            place(order, actor=caller.user)
        elif not transition(
            order, State.PENDING, actor=caller.user, complete=order.complete, **values
        ):
            raise NotOpenError
    return order


def _values(checked: CheckedDocument, caller: Caller) -> dict[str, Any]:
    members, product, bearer = checked.members, checked.product, checked.bearer
    price = price_of(product, checked.promotion, adds_member=members.project_id is not None)
    values: dict[str, Any] = {
        **members.model_dump(exclude={"product", "admin_user_access_token"}),
        "product": product,
        "tier_name": product.name,
        "net_cents": price.net_cents,
        "discount_cents": price.discount_cents,
        "currency": price.currency,
        "vat_rate": price.vat_rate,
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
        values["token_user"] = caller.client_admin
    return values


def _hash(checked: CheckedDocument) -> str:
    members = checked.members
    price = price_of(checked.product, checked.promotion, adds_member=members.project_id is not None)
    return price_hash(checked.product, price, members.promo_code)
