"""The page of an order as the customer sees it, in their language, for staff to look at only."""

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import resolve, reverse
from django.utils.translation import override
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from portal.backoffice.order.hidden_hashes import without_hashes
from portal.backoffice.order.inert_html import inert
from portal.backoffice.staff_access import permission_required
from shop.customer_requests import request_of_buyer
from shop.orders.models import Order, State

# The document can do nothing, and asks for style sheets and pictures of ours alone.
POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


@permission_required("orders.view_order")
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its type knows no arguments
def as_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the customer's page in a frame, and say what it is."""
    return render(request, "backoffice/order/as_customer.html", {"order": _find(pk)})


@permission_required("orders.view_order")
@require_safe
@xframe_options_sameorigin
@csp_replace(POLICY)  # type: ignore[arg-type]  # the same
def customer_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the customer's page as a document in which nothing can be pressed.

    No order's hash is in it (contract, "Who is who").
    """
    order = _find(pk)
    path = reverse("registration", args=[order.order_hash])
    with override(order.language):
        answer = resolve(path).func(request_of_buyer(request, path), order_hash=order.order_hash)
        page = answer.content.decode()
    return HttpResponse(without_hashes(inert(page)))


def _find(pk: int) -> Order:
    return get_object_or_404(Order.objects.exclude(state=State.NEW), pk=pk)
