"""Mentions of oneself: notes in which colleagues mention one, and orders they have assigned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import permission_required, staff_user
from shop.orders.mentions import Mention


@permission_required("orders.view_order")
@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """List one's own mentions, newest first. Opening the order counts as having seen them."""
    mine = Mention.objects.filter(user=staff_user(request)).select_related(
        "event__order", "event__actor"
    )
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = row_page(mine, after=after, before=before)
    context = {
        "mentions": page.rows,
        "newer": f"before={page.before}" if page.before else "",
        "older": f"after={page.after}" if page.after else "",
    }
    response = render(request, "backoffice/order/mentions.html", context)
    return hide_hashes(request, response)
