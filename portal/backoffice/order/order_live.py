"""The parts of an order's page that change by themselves while it is being set up."""

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.order_context import find_order, parts_context, version_of
from portal.backoffice.order.order_page import way_of
from portal.backoffice.staff_access import permission_required, staff_user


@permission_required("orders.view_order")
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Render the parts that have changed since the version `seen`; 204 if none has."""
    order, seen = find_order(pk), request.GET.get("seen", "")
    last_event = order.events.aggregate(pk=Max("pk", default=0))["pk"]
    if version_of(order, last_event) == seen:
        return HttpResponse(status=204)
    context = parts_context(order, staff_user(request), None, way_of(request))
    context |= {"fragment": True, "news": seen.partition("/")[0] != order.state}
    return hide_hashes(request, render(request, "backoffice/order/fragment.html", context))
