"""The template context of the page of an order: the order with all that belongs to it."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from portal.backoffice.order.advice import advice_on, way_in
from portal.backoffice.order.customer_contact import contact_of
from portal.backoffice.order.forms import ActionForm
from portal.backoffice.order.order_actions import ACTIONS
from portal.backoffice.order.related_orders import related_orders
from portal.backoffice.order.timeline import timeline_of
from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.email_spellings import same_mailbox
from shop.log_context import note_order
from shop.notifications.emails.models import Message
from shop.orders.consent import consent_of
from shop.orders.models import Order, State
from shop.orders.order_lookup import address_of
from shop.tenancy.models import User

INVOICES = 4  # the newest; the subscription's page has all
RELATED = (
    *("product", "packing", "application", "placed_by", "owner", "token_user"),
    *("approved_by", "taken_by", "delivered_client__client_admin"),
    *("delivered_client__billing_profile", "delivered_project", "member", "invitation"),
    *("basket__terms", "basket__application", "consent__terms", "subscription"),
)


def find_order(pk: int) -> Order:
    """Return the placed order with all that its page names. Raises Http404."""
    placed = Order.objects.exclude(state=State.NEW).select_related(*RELATED)
    order = get_object_or_404(placed, pk=pk)
    note_order(order)
    return order


def parts_context(
    order: Order, staff: User, refused: ActionForm | None, way: str
) -> dict[str, Any]:
    """Return what the parts show that change by themselves; the actions' URLs end in `way`."""
    offers = _offers(order, staff, refused, way)
    entries = timeline_of(order)
    last_event = max((entry.event for entry in entries), default=0)
    return {
        "order": order,
        "offers": [offer for offer in offers if offer["is_listed"]],
        "attend": {offer["name"]: offer for offer in offers if not offer["is_listed"]},
        "offered": {offer["name"] for offer in offers},
        "refused": refused,
        "advice": advice_on(order),
        "address": address_of(order),
        "undelivered": _undelivered(order),
        "entries": entries[::-1],
        "seen": last_event,
        "mails": order.messages.all(),
        "deliveries": order.deliveries.all(),
        "contact": contact_of(order),
        "vat_cents": order.gross_cents - order.net_cents,
        "list_cents": order.net_cents + order.discount_cents,
        "invoices": _invoices(order),
        "is_moving": is_moving(order),
        "version": version_of(order, last_event),
    }


def page_context(order: Order, staff: User, refused: ActionForm | None, way: str) -> dict[str, Any]:
    """Return what the whole page shows."""
    return {
        **parts_context(order, staff, refused, way),
        "way_in": way_in(order),
        "consent": consent_of(order),
        "related": related_orders(order),
    }


def is_moving(order: Order) -> bool:
    """Tell whether the order is being set up, or will be without anybody's doing."""
    return order.state == State.PACKING or (order.state == State.PENDING and order.complete)


def version_of(order: Order, last_event: int) -> str:
    """Return a text that changes with what the page shows of packing; it begins with the state."""
    packing = getattr(order, "packing", None)
    attempts = (packing.attempts, packing.last_step) if packing else (0, "")
    parts = (order.state, order.fault, last_event, *attempts, order.steps.count())
    return "/".join(map(str, parts))


def _invoices(order: Order) -> QuerySet[Any] | None:
    """Return the newest invoices of the order's subscription with their balance."""
    found = getattr(order, "subscription", None)
    if found is None or not found.list_cents:
        return None
    return with_balance(Invoice.objects.filter(subscription=found)).order_by("-pk")[:INVOICES]


def _undelivered(order: Order) -> Message | None:
    """Return the latest mail to the order's address that was refused or given up."""
    ended = (Message.State.REFUSED, Message.State.FAILED)
    to_it = [
        mail for mail in order.messages.all() if same_mailbox(mail.recipient, address_of(order))
    ]
    return next((mail for mail in reversed(to_it) if mail.state in ended), None)


def _offers(
    order: Order, staff: User, refused: ActionForm | None, way: str
) -> list[dict[str, Any]]:
    return [
        {
            "name": action.name,
            "url": reverse(f"staff_{action.name}", args=[order.pk]) + way,
            "label": action.label,
            "text": action.text(order) if callable(action.text) else action.text,
            "button": action.button or action.label,
            "second_button": action.second_button(order),
            "is_primary": action.is_primary(order),
            "is_listed": action.is_listed,
            "is_destructive": action.is_destructive,
            "form": refused if refused and refused.name == action.name else action.form(order),
        }
        for action in ACTIONS
        if staff.has_perm(action.permission) and action.is_possible(order)
    ]
