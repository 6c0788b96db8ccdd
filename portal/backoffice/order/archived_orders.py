"""Archived orders in the back office: their page, and the way back."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.backoffice.audit_log import Act, history_of, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.order.timeline import timeline_of
from portal.backoffice.staff_access import permission_required, staff_user
from shop.billing.balances import with_balance
from shop.billing.models import Invoice
from shop.orders.archived_order import ArchivedOrder
from shop.orders.archiving import bring_back
from shop.orders.models import Order
from shop.orders.order_lookup import address_of


def archived_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an archived order, with what happened to it. Raises Http404."""
    archived = get_object_or_404(ArchivedOrder, pk=pk)
    order = archived.order
    context = {
        "order": order,
        "archived": archived,
        "address": address_of(order),
        "entries": timeline_of(order)[::-1],
        "invoices": with_balance(Invoice.objects.filter(subscription__order=archived.pk)).order_by(
            "-pk"
        ),
        "history": history_of(order),
    }
    return hide_hashes(request, render(request, "backoffice/archived_order.html", context))


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def bring_back_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before an archived order is brought back; POST brings it back."""
    back = reverse("staff_order", args=[pk])
    archived = ArchivedOrder.objects.filter(pk=pk).first()
    if archived is None:
        if not Order.objects.filter(pk=pk).exists():
            raise Http404
        messages.info(request, _("This order is not archived any more."))
        return redirect(back)
    if request.method != "POST":
        return ask_first(
            request,
            _("Bring order %(number)s back from the archive?") % {"number": archived.order_number},
            [
                _("It is found in lists, searches and exports again, exactly as it was."),
                _("Nobody is told. The next archiving may archive it again."),
            ],
            button=_("Bring back from the archive"),
            back=back,
        )
    with transaction.atomic():
        if bring_back([pk]):
            record(staff_user(request), archived.order, Act.UNARCHIVED)
            messages.success(request, _("The order is back from the archive."))
    return redirect(back)
