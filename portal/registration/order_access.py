"""Access to an order by its hash, without leaking the hash, and the right to correct it."""

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from shop.orders.models import Order, State
from shop.orders.open_orders import visible_to
from shop.owner_cookie import page_owner
from shop.tenancy.models import Client
from shop.view_types import View


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

    An order for an existing client is its client_admin's alone: neither a cookie nor having ordered
    before the client was handed over suffices. The order's hash proves nothing: mails carry it.
    Staff correct orders in the back office.
    """
    owner = page_owner(request)
    if order.client_id is None and Order.objects.filter(visible_to(owner), pk=order.pk).exists():
        return True
    number = order.client_id or order.delivered_client_id
    if owner.user is None or number is None:
        return False
    return Client.objects.filter(pk=number, client_admin=owner.user).exists()
