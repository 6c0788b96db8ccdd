"""The staff's queue of stuck orders."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.doors import may
from shop.orders.correcting import STUCK
from shop.orders.models import Order

A_PAGE = 50


@may("orders.view_order")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What needs a human, oldest first."""
    stuck = (
        Order.objects.filter(state__in=STUCK)
        .select_related("packing", "delivered_client")
        .order_by("updated_at", "pk")
    )
    page = Paginator(stuck, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "backoffice/queue.html", {"page": page})
