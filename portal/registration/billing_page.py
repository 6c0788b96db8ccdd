"""Asking for the billing address of an order: once, on its page, whoever holds its hash.

What was sent is never shown there again (contract, "Orders API").
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.registration.order_access import find_order
from portal.registration.status_page import OrderStatus
from shop.billing_form import BillingForm
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order
from shop.orders.order_billing import fill_in_billing
from shop.secret_pages import private
from shop.tenancy.models import User


@private
@require_http_methods(["GET", "HEAD", "POST"])
def billing(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Ask for the billing address of a paid order that has none; the first write wins."""
    order = find_order(order_hash)
    showing = OrderStatus(order)
    form = BillingForm(request.POST if request.method == "POST" else None)
    if showing.billing != "asked":
        if form.is_bound:
            messages.info(request, _("The billing address was filled in already."))
        return redirect("registration", order_hash)
    if form.is_valid() and _save(request, order, form):
        return redirect("registration", order_hash)
    context = {"order": order, "showing": showing, "billing_form": form}
    status = 422 if form.errors else 200
    return render(request, "registration/billing_page.html", context, status=status)


def _save(request: HttpRequest, order: Order, form: BillingForm) -> bool:
    """Save what was typed; True if the order has a billing address now, whoever filled it in."""
    actor = request.user if isinstance(request.user, User) else None
    try:
        if not fill_in_billing(order, form.billing() or {}, actor=actor):
            messages.info(request, _("The billing address was filled in already."))
    except InvalidDocumentError as refusal:
        form.add_billing_errors(refusal.problems)
        return False
    return True
