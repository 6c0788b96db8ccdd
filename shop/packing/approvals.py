"""Approvals by staff: each counts for one code of NeedsHuman, so that a step asks once."""

from shop.orders.models import Order, OrderEvent
from shop.packing.outcomes import NeedsHuman


def is_approved(order: Order, code: str) -> bool:
    """Return whether staff have approved `order` while it waited for `code`."""
    approvals = OrderEvent.objects.filter(order=order, kind=OrderEvent.Kind.APPROVED, fault=code)
    return approvals.exists()


def ask_staff(order: Order, code: str, *, staff: str = "") -> None:
    """Ask staff to approve `order` for `code`, once; return if they have.

    For a step that does something after the question: `raise NeedsHuman` would end it each time.
    Costs a query, so look first whether there is anything to ask. Raises NeedsHuman.
    """
    if not is_approved(order, code):
        raise NeedsHuman(code, staff=staff)
