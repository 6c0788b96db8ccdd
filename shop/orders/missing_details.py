"""Missing details: fields that an order was placed without, filled in later."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shop.change_times import change_time
from shop.content.models import Version
from shop.orders.consent import Consent
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_fields import FILLABLE
from shop.orders.problems import Problem
from shop.orders.search_index import reindex
from shop.orders.signals import order_corrected
from shop.tenancy.models import User


def fillable(order: Order) -> list[str]:
    """List the fields that the registration page of `order` asks for, in form order."""
    if order.state != State.PENDING or order.complete:
        return []
    return [name for name in FILLABLE if getattr(order, name) is None]


def check_details(order: Order, details: Mapping[str, Any]) -> None:
    """Check `details` by the rules of ordering. Raises InvalidDocumentError."""
    open_members = fillable(order)
    if not_ours := [name for name in details if name not in open_members]:
        raise InvalidDocumentError([Problem(name, "not_fillable") for name in not_ours])
    document = {name: getattr(order, name) for name in (*FILLABLE, "user_login")}
    check_document({"product": order.product.code, **document, **details}, bought=order.product)


def fill_in(
    order: Order,
    details: Mapping[str, Any],
    *,
    actor: User | None = None,
    agreed: Version | None = None,
) -> bool:
    """Write `details` to unset fields of a pending `order`; the first write wins.

    The consent to the terms `agreed` is kept with them. Returns False, and writes nothing, if
    somebody else was faster with one of them. Raises InvalidDocumentError.
    """
    changes = {name: value for name, value in details.items() if value is not None}
    check_details(order, changes)
    while not _write(order, changes, actor, agreed):
        order.refresh_from_db()
        if not set(changes) <= set(fillable(order)):
            return False
        # Another field was changed meanwhile, perhaps by the partner's program.
        check_details(order, changes)
    return True


def _write(
    order: Order, changes: Mapping[str, Any], actor: User | None, agreed: Version | None
) -> bool:
    # Filtered by `updated_at`, so that `complete` is true of all fields as they are then.
    seen = Order.objects.filter(pk=order.pk, state=State.PENDING, updated_at=order.updated_at)
    for name, value in changes.items():
        setattr(order, name, value)
    order.complete = not order.missing
    with transaction.atomic():
        order.updated_at = max(order.updated_at, change_time())
        won = seen.update(**changes, complete=order.complete, updated_at=order.updated_at)
        if won:
            kind, fields = OrderEvent.Kind.DETAILS, {"fields": list(changes)}
            OrderEvent.objects.create(order=order, kind=kind, actor=actor, details=fields)
            if agreed:
                Consent.objects.create(order=order, terms=agreed)
            reindex(Order.objects.filter(pk=order.pk))
            order_corrected.send(sender=Order, order=order)
    return bool(won)
