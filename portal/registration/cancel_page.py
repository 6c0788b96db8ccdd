"""Cancelling an order that is not set up yet, on its page (contract, "Cancelling an order").

By the browser or the user that placed it; anybody else who holds its hash can have a link mailed to
the order's own address.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.registration.cancel_form import CancelForm
from portal.registration.order_access import PageOrder, find_order, has_ordered
from portal.registration.status_page import OrderStatus
from shop.access.rate_limits import hit
from shop.notifications.emails.cancel_link_emails import queue_cancel_link
from shop.orders.cancel_links import is_cancel_token
from shop.orders.cancellation import ActedBy, cancel_in_any_state, is_cancellable
from shop.orders.models import Order, State
from shop.secret_pages import private
from shop.tenancy.models import User


@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Ask the buyer for confirmation, and cancel; offer a mailed link to anybody else."""
    order = find_order(order_hash)
    if not is_cancellable(order):
        return _too_late(request, order)
    if _has_placed(request, order):
        return _confirm(request, order)
    context = {"showing": OrderStatus(order), "order": order, "was_asked": "asked" in request.GET}
    status = 403 if request.method == "POST" else 200
    return render(request, "registration/cancel_by_mail.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_by_link(request: HttpRequest, order_hash: str, token: str) -> HttpResponse:
    """The same for whoever reads the mails of the order's address."""
    order = find_order(order_hash)
    if not is_cancellable(order):
        return _too_late(request, order)
    if is_cancel_token(token, order):
        return _confirm(request, order)
    context = {"showing": OrderStatus(order), "order": order, "link_is_invalid": True}
    return render(request, "registration/cancel_by_mail.html", context, status=410)


@private
@require_POST
def mail_cancel_link(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Mail the link; the answer is the same whether or not there is an address."""
    order = find_order(order_hash)
    taken = hit(request, "links")
    if taken and taken.retry_after:
        messages.warning(request, _("There were too many requests from here. Please wait a while."))
        return redirect("registration_cancel", order_hash)
    if is_cancellable(order):
        queue_cancel_link(order)
    return redirect(f"{reverse('registration_cancel', args=[order_hash])}?asked=1")


def _has_placed(request: HttpRequest, order: Order) -> bool:
    """Tell whether the visitor may cancel without a link: as the buyer, or as the user who ordered."""
    if has_ordered(request, order):
        return True
    user = request.user if isinstance(request.user, User) else None
    return user is not None and user.pk in {order.placed_by_id, order.owner_id}


def _confirm(request: HttpRequest, order: PageOrder) -> HttpResponse:
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actor = request.user if isinstance(request.user, User) else None
        reason = form.cleaned_data["reason"]
        if not cancel_in_any_state(order, actor, reason=reason, by=ActedBy.CUSTOMER):
            return _too_late(request, order)
        is_invitation = OrderStatus(order).is_invitation
        done = _("The invitation is cancelled.") if is_invitation else _("Your order is cancelled.")
        messages.success(request, done)
        return redirect("registration", order.order_hash)
    context = {"showing": OrderStatus(order), "order": order, "form": form}
    status = 422 if form.errors else 200
    return render(request, "registration/cancel.html", context, status=status)


def _too_late(request: HttpRequest, order: PageOrder) -> HttpResponse:
    """Say how the order stands, as it went on meanwhile."""
    if order.state == State.CANCELLED:
        return redirect("registration", order.order_hash)
    context = {"showing": OrderStatus(order), "order": order}
    status = 409 if request.method == "POST" else 200
    return render(request, "registration/cancel_late.html", context, status=status)
