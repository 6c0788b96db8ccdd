"""Advice for staff on an order: what helps against its error, and how it came in."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.models import Order
from shop.packing.models import Packing
from shop.typed_text import isolated

BY_FAULT: dict[str, StrOrPromise] = {
    "manual_tier": _("Approve it, and it is set up; or cancel it and say why."),
    "no_place": _(
        "Approve it to let one more member in than the tier has places; or have the customer make "
        "room, then try again."
    ),
    "client_gone": _(
        "The client that the order names is not there any more. Cancel it and say so; the customer "
        "may order for a new client."
    ),
    "project_gone": _(
        "The project that the order names is not there any more. Cancel it and say so; the "
        "customer may order a new project."
    ),
    # Of orders that the version before 1.4 has left.
    "tier_changed": _(
        "The order adds a member to a project whose tier has changed since. Try again: it follows "
        "the project's tier."
    ),
    "project_closed": _(
        "The order adds a member to a project whose contract has ended. Cancel it and say so; the "
        "customer may order a new project."
    ),
    "not_client_admin": _(
        "Somebody else administers the client now. If that is a mistake, hand the client over to "
        "the person who ordered and try again; otherwise, cancel the order."
    ),
    "token_revoked": _(
        "A token that was revoked does not come back. Cancel it and say so; the customer orders "
        "with a new one."
    ),
}
BY_KIND: dict[str, StrOrPromise] = {
    Packing.ErrorKind.PASSING: _(
        "What failed may work again by now: try again. Every step that is done stays done."
    ),
    Packing.ErrorKind.BUG: _(
        "This is an error on our side. Show the error below to the person who runs the shop. "
        "Once it is fixed, try again: completed steps stay done."
    ),
    Packing.ErrorKind.PERSON: _("Mend what the error below names, then try again."),
}


def advice_on(order: Order) -> StrOrPromise:
    """Return what can be done about the error of `order`; "" if it has none."""
    if not order.fault:
        return ""
    packing = getattr(order, "packing", None)
    by_kind = BY_KIND.get(packing.last_error_kind) if packing else None
    return BY_FAULT.get(order.fault) or by_kind or _("Decide, then approve or cancel.")


def way_in(order: Order) -> StrOrPromise:
    """Return the channel of the order: our pages, an application, or a signed-in user."""
    basket = getattr(order, "basket", None)
    if basket and basket.terms_id:
        return _("the shop's checkout")
    program = order.application or (basket and basket.application)
    if basket and program:
        return _("the open order, filled by %(name)s") % {"name": isolated(program)}
    if basket:
        return _("the open order, without our pages")
    if program:
        return _("the orders API, by %(name)s") % {"name": isolated(program)}
    return _("the portal, or a token of one's own")
