"""Access to an order by its hash, without leaking the hash, and the right to correct it."""

from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache

from shop.orders.models import Order, State
from shop.orders.open_orders import visible_to
from shop.owner_cookie import page_owner
from shop.tenancy.models import Client
from shop.view_types import View

ADDRESS_COOKIE = "NamedAddress"
DAYS = 30


def private(view: View) -> View:
    """Keep a page with a secret URL out of caches, search engines and referrers."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def find_order(order_hash: str) -> Order:
    """Get the placed order with this hash. Raises Http404, also for open orders."""
    placed = Order.objects.exclude(state=State.NEW)
    related = placed.select_related("product", "invitation", "member")
    return get_object_or_404(related, order_hash=order_hash)


def has_ordered(request: HttpRequest, order: Order) -> bool:
    """Tell whether the visitor is the buyer: by cookie, by sign-in, or as client_admin.

    So is the browser in which the order's e-mail address was typed, as long as it is that address.
    An order for an existing client is its client_admin's alone: neither a cookie nor having ordered
    before the client was handed over suffices. The order's hash proves nothing: mails carry it.
    Staff correct orders in the back office.
    """
    owner = page_owner(request)
    if has_named_address(request, order):
        return True
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
