"""Rows of a contract's life, for tests."""

from typing import Any

from shop.billing.declaration_matching import match_received
from shop.billing.declaration_rows import DeclarationCase
from shop.billing.declarations import declare
from shop.orders.models import Order


def make_declaration(
    order: Order | None = None, *, kind: str = "cancellation", matched: bool = True, **fields: Any
) -> DeclarationCase:
    """The case of a declaration that names `order`; `fields` are the columns that were typed.

    `matched`: the worker has looked at it, and at all others.
    """
    typed = {
        "name": "Nina Nagel",
        "contract": str(order.order_number) if order else "my contract",
        "email": "nina@example.com",
        **fields,
    }
    case = declare(kind, typed, "en")
    if matched:
        match_received(lambda: None)
    return DeclarationCase.objects.select_related("declaration", "order").get(pk=case.pk)
