"""The one way in: every placed order, from a page or from a program, is written here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError

from shop.access.models import Application
from shop.orders.document import CheckedDocument, check_document
from shop.orders.models import Order
from shop.orders.states import begin
from shop.tenancy.models import User


@dataclass(frozen=True)
class Caller:
    """Who places an order: a partner's program, a signed-in user, or nobody known."""

    application: Application | None = None
    user: User | None = None


ANYBODY = Caller()


def place_order(
    document: Mapping[str, Any], caller: Caller = ANYBODY, *, form_key: UUID | None = None
) -> Order:
    """The order that `document` asks for, written in state `pending`.

    `form_key` names one form: sent twice with the same details, it answers with the order of the
    first time. Raises Refused with every fault of the document (contract, "Orders API").
    """
    if form_key:
        # With other details it is another order: somebody went back and changed them.
        form_key = uuid5(form_key, json.dumps(document, sort_keys=True))
    if form_key and (first := Order.objects.filter(form_key=form_key).first()):
        return first
    checked = check_document(document)
    order = _new_order(checked, caller, form_key)
    try:
        begin(order, actor=caller.user)
    except IntegrityError:
        # The same form at the same moment: the other call has won.
        if form_key and (first := Order.objects.filter(form_key=form_key).first()):
            return first
        raise
    return order


def _new_order(checked: CheckedDocument, caller: Caller, form_key: UUID | None) -> Order:
    product, bearer = checked.product, checked.bearer
    order = Order(
        **checked.members.model_dump(exclude={"product", "admin_user_access_token"}),
        product=product,
        tier_name=product.name,
        # To add to a project costs nothing: the project is paid for.
        net_cents=0 if checked.members.project_id else product.net_cents,
        currency=product.currency,
        vat_rate=product.vat_rate,
        application=caller.application,
        placed_by=caller.user,
        form_key=form_key,
    )
    if bearer:
        order.token = bearer.token
        order.token_user = bearer.user
        order.token_last4 = (checked.members.admin_user_access_token or "")[-4:]
    order.complete = not order.missing
    return order
