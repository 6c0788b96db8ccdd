"""Corrections by the buyer: members that packing failed on, and a wrong e-mail address."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.registration.forms import CorrectionForm, EmailChangeForm
from portal.registration.order_access import find_order, private
from portal.registration.status_page import OrderStatus
from shop.form_texts import add_errors
from shop.orders.corrections import check_corrections, corrections_left, is_readdressable, readdress
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order
from shop.orders.open_orders import visible_to
from shop.owner_cookie import page_owner
from shop.packing.recovery import correct_and_retry
from shop.tenancy.models import Client, User


def has_ordered(request: HttpRequest, order: Order) -> bool:
    """Tell whether the visitor is the buyer: by cookie, by sign-in, or as client_admin.

    What was ordered for an existing client is its client_admin's alone: a cookie never suffices for
    it, nor does having ordered before the client was handed over. The order's hash says nothing:
    mails carry it. Staff correct orders in the back office, behind its own door.
    """
    owner = page_owner(request)
    number = order.client_id or order.delivered_client_id
    if order.client_id is None and Order.objects.filter(visible_to(owner), pk=order.pk).exists():
        return True
    if owner.user is None or number is None:
        return False
    return Client.objects.filter(pk=number, client_admin=owner.user).exists()


def answer_correction(request: HttpRequest, order: Order, showing: OrderStatus) -> HttpResponse:
    """Show a form for the members that packing failed on; POST corrects them and retries."""
    members = showing.mendable
    if "user_email" in members and not has_ordered(request, order):
        members = [name for name in members if name != "user_email"]
    context: dict[str, Any] = {"showing": showing, "order": order}
    if not members:
        return render(request, "registration/page.html", context)
    if request.method != "POST":
        context["form"] = CorrectionForm(order, members, cause=showing.reason)
        return render(request, "registration/page.html", context)
    form = CorrectionForm(order, members, request.POST)
    if _correct(request, order, form):
        return redirect("registration", order.order_hash)
    return render(request, "registration/page.html", {**context, "form": form}, status=422)


def _correct(request: HttpRequest, order: Order, form: CorrectionForm) -> bool:
    """Correct and retry; True if the order is being packed, by this correction or another."""
    valid = form.is_valid()
    actor = request.user if isinstance(request.user, User) else None
    try:
        if not valid:
            check_corrections(order, form.details(), form.fields)
            return False
        if not correct_and_retry(order, form.details(), allowed=form.fields, actor=actor):
            messages.info(request, _("Somebody was faster. This is how the order stands now."))
    except InvalidDocumentError as refusal:
        add_errors(form, refusal.problems)
        return False
    return True


@private
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Let the buyer correct the e-mail address until the member has joined."""
    order = find_order(order_hash)
    context = {"order": order, "showing": OrderStatus(order)}
    if not has_ordered(request, order):
        # The same answer for every order, so that it reveals nothing.
        return render(request, "registration/address_closed.html", context, status=403)
    left = corrections_left(order)
    if not is_readdressable(order) or not left:
        return render(request, "registration/address_late.html", {**context, "left": left})
    form = EmailChangeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _change_email(request, order, form):
        return redirect("registration", order_hash)
    context |= {"form": form, "left": left}
    status = 422 if form.errors else 200
    return render(request, "registration/address.html", context, status=status)


def _change_email(request: HttpRequest, order: Order, form: EmailChangeForm) -> bool:
    actor = request.user if isinstance(request.user, User) else None
    try:
        if readdress(order, form.cleaned_data["user_email"], actor=actor):
            messages.success(
                request, _("Corrected. All further e-mails go there; older links no longer work.")
            )
        else:
            messages.info(request, _("Somebody was faster. This is how the order stands now."))
    except InvalidDocumentError as refusal:
        add_errors(form, refusal.problems)
        return False
    return True
