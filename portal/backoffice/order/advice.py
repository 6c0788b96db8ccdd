"""Advice for staff on an order: what helps against its error, and how it came in."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.models import Order, OrderEvent, State
from shop.packing.models import Packing
from shop.typed_text import isolated

BY_FAULT: dict[str, StrOrPromise] = {
    "manual_tier": _("Approve the order to have it set up, or cancel it and give a reason."),
    "no_place": _(
        "Approve the order to allow one more member than the tier has places, or ask the customer "
        "to free a place and try again."
    ),
    "client_gone": _(
        "The client of this order no longer exists. Cancel the order and give this reason; the "
        "customer can order for a new client."
    ),
    "project_gone": _(
        "The project of this order no longer exists. Cancel the order and give this reason; the "
        "customer can order a new project."
    ),
    # Of orders that the version before 1.4 has left.
    "tier_changed": _(
        "The order adds a member to a project whose tier has changed since. Try again: the order "
        "takes on the project's tier."
    ),
    "project_closed": _(
        "The order adds a member to a project whose subscription has ended. Cancel the order and "
        "give this reason; the customer can order a new project."
    ),
    "not_client_admin": _(
        "Somebody else administers the client now. If that is a mistake, hand the client over to "
        "the person who ordered and try again; otherwise, cancel the order."
    ),
    "token_revoked": _(
        "A revoked token cannot be restored. Cancel the order and give this reason; the customer "
        "can order again with a new token."
    ),
}
# Trying again cannot help: only cancelling does.
BEYOND_REPAIR = {"client_gone", "project_gone", "project_closed", "token_revoked"}
BY_KIND: dict[str, StrOrPromise] = {
    Packing.ErrorKind.PASSING: _(
        "The failure was probably temporary: try again. Completed steps stay done."
    ),
    Packing.ErrorKind.BUG: _(
        "This is an error on our side. Show the error below to the person who runs the shop. "
        "Once it is fixed, try again: completed steps stay done."
    ),
    Packing.ErrorKind.PERSON: _("Fix what the error below describes, then try again."),
}


def advice_on(order: Order) -> StrOrPromise:
    """Return what can be done about the error of `order`; "" if it has none."""
    if not order.fault:
        return ""
    if order.fault not in BY_FAULT and order.state == State.NEED_HUMAN and _is_approved(order):
        return _(
            "The order was approved for this, but the step asks again. Resolve what it asks, then "
            "try again, or finish the order by hand."
        )
    packing = getattr(order, "packing", None)
    by_kind = BY_KIND.get(packing.last_error_kind) if packing else None
    return BY_FAULT.get(order.fault) or by_kind or _("Review the order, then approve or cancel it.")


def _is_approved(order: Order) -> bool:
    """Tell whether staff have approved `order` for its present code; its page reads all events."""
    approved = OrderEvent.Kind.APPROVED
    return any(
        event.kind == approved and event.fault == order.fault for event in order.events.all()
    )


def way_in(order: Order) -> StrOrPromise:
    """Return the channel of the order: our pages, an application, or a signed-in user."""
    basket = getattr(order, "basket", None)
    if basket and basket.terms_id:
        return _("the shop's checkout")
    program = order.application or (basket and basket.application)
    if basket and program:
        return _("the open order, filled in by %(name)s") % {"name": isolated(program)}
    if basket:
        return _("the open order, without our pages")
    if program:
        return _("the orders API, by %(name)s") % {"name": isolated(program)}
    return _("the portal, or a personal token")
