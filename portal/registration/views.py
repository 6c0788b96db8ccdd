"""The special registration page, keyed by the order's hash, and its live fragment."""

from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.registration.forms import DetailsForm, FindForm
from portal.registration.showing import Showing
from shop.notifications.queueing import announce, invite_again
from shop.orders.document import Refused
from shop.orders.filling import check_details, fill_in
from shop.orders.models import Order, State
from shop.orders.wording import tell
from shop.requests import View
from shop.tenancy.models import User
from shop.worker.waking import wake


def private(view: View) -> View:
    """Keep the page, whose address is a secret, out of caches, indexes and referrers."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def find_order(order_hash: str) -> Order:
    """The placed order of this hash. Raises Http404; an open order has no such page."""
    order = (
        Order.objects.exclude(state=State.NEW)
        .select_related("product", "invitation", "member")
        .filter(order_hash=order_hash)
        .first()
    )
    if order is None:
        raise Http404
    return order


@private
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Ask for the number of an order, and lead to its page."""
    form = FindForm(request.GET if "order" in request.GET else None)
    if form.is_valid():
        return redirect("registration", form.cleaned_data["order"])
    status = 422 if form.errors else 200
    return render(request, "registration/find.html", {"form": form}, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, order_hash: str) -> HttpResponse:
    """How the order stands; a POST fills in what was missing."""
    order = find_order(order_hash)
    showing = Showing(order)
    if not showing.is_waiting_for_details:
        if request.method == "POST":
            messages.info(request, _("These details were filled in already."))
            return redirect("registration", order_hash)
        return render(request, "registration/page.html", {"showing": showing, "order": order})
    if request.method != "POST":
        form = DetailsForm(order)
    else:
        form = DetailsForm(order, request.POST)
        if _fill_in(request, order, form):
            return redirect("registration", order_hash)
    context = {"showing": showing, "order": order, "form": form}
    return render(request, "registration/page.html", context, status=422 if form.errors else 200)


@private
@require_safe
def progress(request: HttpRequest, order_hash: str) -> HttpResponse:
    """The live fragment; 204 while it is what the page shows already (`?seen=`)."""
    showing = Showing(find_order(order_hash))
    seen = request.GET.get("seen", "")
    if seen == showing.version:
        return HttpResponse(status=204)
    if showing.is_waiting_for_details:
        # The form needs the whole page.
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    context = {
        "showing": showing,
        "order": showing.order,
        # Read out on a change of state only, not with every step.
        "announce": seen.partition("-")[0] != showing.order.state,
    }
    return render(request, "registration/progress.html", context)


@private
@require_POST
def resend(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Send the mail with the link to join again, with a new link."""
    if invite_again(find_order(order_hash)):
        messages.success(request, _("A new e-mail is on its way. Older links no longer work."))
    else:
        messages.warning(
            request,
            _("No new e-mail could be sent just now. Please look into your spam folder first."),
        )
    return redirect("registration", order_hash)


def _fill_in(request: HttpRequest, order: Order, form: DetailsForm) -> bool:
    """Whether the details are with the order now, these or somebody else's."""
    valid = form.is_valid()
    actor = request.user if isinstance(request.user, User) else None
    try:
        if not valid:
            # Checked all the same, so that all errors are told at once.
            check_details(order, form.details())
            return False
        with transaction.atomic():
            filled = fill_in(order, form.details(), actor=actor)
            if filled and "user_email" in form.details():
                announce(order)
            if filled and order.complete:
                wake("packing")
    except Refused as refusal:
        tell(form, refusal.errors)
        return False
    if not filled:
        messages.info(request, _("These details were filled in already."))
    return True
