"""Fill in what an order was placed without."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Order, OrderEvent, State
from shop.orders.problems import Problem
from shop.tenancy.models import User

# Ids and tokens are never taken from whoever holds the hash (contract, "Who is who").
FILLABLE = ("client_name", "project_name", "user_first_name", "user_last_name", "user_email")


def fillable(order: Order) -> list[str]:
    """The members of `order` its registration page asks for, in the order of a form."""
    if order.state != State.PENDING or order.complete:
        return []
    return [name for name in FILLABLE if getattr(order, name) is None]


def check_details(order: Order, details: Mapping[str, Any]) -> None:
    """Check what is to be filled in, by the rules of ordering. Raises Refused."""
    open_members = fillable(order)
    if not_ours := [name for name in details if name not in open_members]:
        raise InvalidDocumentError([Problem(name, "not_fillable") for name in not_ours])
    document = {name: getattr(order, name) for name in (*FILLABLE, "user_login")}
    check_document({"product": order.product.code, **document, **details}, bought=order.product)


def fill_in(order: Order, details: Mapping[str, Any], *, actor: User | None = None) -> bool:
    """Write `details` to unset members of a pending `order`; the first write wins.

    False where somebody else was faster or the order went on; then nothing is written. Raises
    Refused by the rules of ordering, and for members that are not to be filled in.
    """
    changes = {name: value for name, value in details.items() if value is not None}
    check_details(order, changes)
    for name, value in changes.items():
        setattr(order, name, value)
    order.complete = not order.missing
    with transaction.atomic():
        # As it was read: two that fill in different members at once must both count.
        won = Order.objects.filter(
            pk=order.pk, state=State.PENDING, updated_at=order.updated_at
        ).update(**changes, complete=order.complete, updated_at=timezone.now())
        if won:
            note = ", ".join(changes)
            OrderEvent.objects.create(
                order=order, kind=OrderEvent.Kind.DETAILS, actor=actor, note=note
            )
    if not won:
        order.refresh_from_db()
    return bool(won)
