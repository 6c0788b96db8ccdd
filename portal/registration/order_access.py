"""Access to an order by its hash, without leaking the hash, and the right to correct it."""

from datetime import datetime
from typing import TypeAlias, TypedDict

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django_stubs_ext import WithAnnotations

from shop.compiled_queries import CompiledQuery, Parameter
from shop.customer_requests import is_customer_preview
from shop.log_context import note_order
from shop.orders.models import Order, State
from shop.orders.open_orders import visible_to
from shop.orders.order_billing import lacks_billing
from shop.orders.waiting import ready_at
from shop.owner_cookie import page_owner
from shop.packing.step_names import done_steps
from shop.tenancy.models import Client

# What the live fragment and its version are made of; an order that was cancelled shows its facts.
FOR_FRAGMENT = (
    *("order_hash", "state", "complete", "created_at", "fault", "unreachable_since"),
    *("client_id", "project_id", "placed_by", "owner", "token_user", "user_email"),
    *("delivered_client", "delivered_project", "client_name", "project_name"),
    *("order_number", "tier_name", "net_cents", "vat_rate", "currency"),
    *("discount_cents", "discount_months", "interval", "vat_rule"),
    *("invitation__used_at", "member__email", "packing__customer_text", "packing__mendable"),
)
ADDRESS_COOKIE = "NamedAddress"
DAYS = 30


class Progress(TypedDict):
    """The progress of packing, and what is missing, read together with an order."""

    done_steps: str | None
    ready_at: datetime | None
    lacks_billing: bool


PageOrder: TypeAlias = "WithAnnotations[Order, Progress]"


def _page_orders() -> "QuerySet[PageOrder, PageOrder]":
    placed = Order.objects.filter(order_hash=Parameter("order_hash")).exclude(state=State.NEW)
    related = placed.select_related("invitation", "member", "packing")
    return related.annotate(
        done_steps=done_steps(),
        ready_at=ready_at(),
        lacks_billing=ExpressionWrapper(lacks_billing(), BooleanField()),
    )


_order_of_page = CompiledQuery(lambda: _page_orders().select_related("product"))
# Looked at each second by every page that waits.
_order_of_fragment = CompiledQuery(lambda: _page_orders().only(*FOR_FRAGMENT))


def find_order(order_hash: str) -> PageOrder:
    """Get the placed order with this hash. Raises Http404, also for open orders."""
    return _found(_order_of_page, order_hash)


def find_order_of_fragment(order_hash: str) -> PageOrder:
    """Get the same as `find_order`, with the columns alone that the live fragment shows."""
    return _found(_order_of_fragment, order_hash)


def _found(query: CompiledQuery[PageOrder], order_hash: str) -> PageOrder:
    order = query.first(order_hash=order_hash)
    if order is None:
        raise Http404
    note_order(order)
    return order


def has_ordered(request: HttpRequest, order: Order) -> bool:
    """Tell whether the visitor is the buyer: by cookie, by sign-in, or as client_admin.

    So is the browser in which the order's e-mail address was typed, as long as it is that address.
    An order for an existing client is its client_admin's alone: neither a cookie nor having ordered
    before the client was handed over suffices. The order's hash proves nothing: mails carry it.
    Staff correct orders in the back office.
    """
    owner = page_owner(request)
    if is_customer_preview(request) or has_named_address(request, order):
        return True
    if not owner:
        return False
    if order.client_id is None and Order.objects.filter(visible_to(owner), pk=order.pk).exists():
        return True
    number = order.client_id or order.delivered_client_id
    if owner.user is None or number is None:
        return False
    return Client.objects.filter(pk=number, client_admin=owner.user).exists()


def has_named_address(request: HttpRequest, order: Order) -> bool:
    """Tell whether the order's e-mail address, as it is now, was typed in this browser."""
    if order.client_id is not None or not order.user_email:
        return False
    return constant_time_compare(request.COOKIES.get(ADDRESS_COOKIE, ""), _address_mark(order))


def remember_named_address(response: HttpResponse, order: Order) -> None:
    """Let this browser correct the e-mail address that was typed in it, for DAYS."""
    response.set_cookie(
        ADDRESS_COOKIE,
        _address_mark(order),
        max_age=DAYS * 86_400,
        # So that a browser may have one for each order.
        path=reverse("registration", args=[order.order_hash]),
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )


def _address_mark(order: Order) -> str:
    # Of the address as well: once somebody else has corrected it, the mark is worth nothing.
    typed = f"{order.order_hash} {order.user_email}"
    return salted_hmac(ADDRESS_COOKIE, typed, algorithm="sha256").hexdigest()
