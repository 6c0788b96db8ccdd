"""Access to an order by its hash, without leaking the hash."""

from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from shop.orders.models import Order, State
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
    order = (
        Order.objects.exclude(state=State.NEW)
        .select_related("product", "invitation", "member")
        .filter(order_hash=order_hash)
        .first()
    )
    if order is None:
        raise Http404
    return order
