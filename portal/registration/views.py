"""The special registration page, keyed by the order's hash, and its live fragment."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.registration.forms import (
    CodeForm,
    CorrectionForm,
    DetailsForm,
    EmailChangeForm,
    FindForm,
    OrderForm,
)
from portal.registration.join_now import may_join_now
from portal.registration.kept_status import is_anybody, is_kept, kept_page
from portal.registration.order_access import (
    find_order,
    find_order_of_fragment,
    has_named_address,
    has_ordered,
    remember_named_address,
)
from portal.registration.status_page import OrderStatus
from shop.access.rate_limits import hit
from shop.form_texts import add_errors
from shop.languages import page_language
from shop.notifications.emails.order_links import queue_link_of_number, queue_links_of_address
from shop.notifications.emails.resend import Resent, resend_invitation
from shop.orders.corrections import corrections_left, is_readdressable
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order, State
from shop.orders.order_numbers import read_order_number
from shop.secret_pages import private
from shop.tenancy.invitations import join_token, redeem_code
from shop.tenancy.models import User

# What the page says to somebody who wants the mail sent again.
RESENT = {
    Resent.QUEUED: gettext_lazy("A new e-mail is on its way. Older links no longer work."),
    Resent.HAD_ENOUGH_THIS_HOUR: gettext_lazy(
        "No new e-mail was sent: several went to %(address)s within the last hour. Please check "
        "the spam folder, or try again in an hour."
    ),
    Resent.HAD_ENOUGH_TODAY: gettext_lazy(
        "No new e-mail was sent: %(address)s has reached its limit for today. Please check the "
        "spam folder, or try again tomorrow."
    ),
    Resent.NO_LINK_YET: gettext_lazy(
        "No e-mail was sent: there is no link yet. We send it once everything is set up."
    ),
    Resent.NO_LINK_ANY_MORE: gettext_lazy(
        "No e-mail was sent: the link was used, or the invitation was withdrawn."
    ),
}
TRIED_ONCE_MORE = gettext_lazy(
    "We are trying %(address)s once more. Our last e-mail could not be delivered; if this one "
    "fails too, this page will say so."
)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Ask for an order's number, link or e-mail address; a link leads to the order's page.

    A number or an address opens nothing: POST has the links mailed to the order's own address, with
    the same answer whether or not there is such an order (contract, "Pages").
    """
    data = request.POST if request.method == "POST" else request.GET
    form = FindForm(data if "order" in data else None)
    if form.is_valid():
        if form.order_hash:
            return redirect("registration", form.order_hash)
        if request.method == "POST":
            return _mail_links(request, form)
    context = {"form": form, "was_asked": "asked" in request.GET}
    return render(request, "registration/find.html", context, status=422 if form.errors else 200)


def _mail_links(request: HttpRequest, form: FindForm) -> HttpResponse:
    taken = hit(request, "links")
    if taken and taken.retry_after:
        form.add_error("order", _("There were too many requests from here. Please wait a while."))
        return render(request, "registration/find.html", {"form": form}, status=429)
    if form.order_number:
        queue_link_of_number(form.order_number, page_language())
    elif form.email:
        queue_links_of_address(form.email, page_language())
    return redirect(f"{reverse('find_order')}?asked=1")


@private
@require_safe
def lower_case(request: HttpRequest, order_hash: str, rest: str) -> HttpResponse:
    """Redirect from a hash in capitals, as some programs write links, to the page itself."""
    query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
    return redirect(f"{reverse('registration', args=[order_hash.lower()])}{rest}{query}")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Show the state of an order; POST fills in missing details, or corrects faulty ones."""
    order = find_order(order_hash)
    showing = OrderStatus(order)
    if is_anybody(request) and is_kept(showing):
        return kept_page(request, "registration/page.html", showing)
    form = _form(request, order, showing)
    if request.method == "POST" and form and _save(request, form):
        return _saved(order, form, remember=True)
    if request.method == "POST" and not showing.has_form:
        messages.info(request, _("These details were filled in already."))
        return redirect("registration", order_hash)
    context = {**_progress(request, order, showing), "form": form}
    status = 422 if form and form.is_bound else 200
    if isinstance(form, DetailsForm) and form.is_outdated:
        status = 409
    return render(request, "registration/page.html", context, status=status)


def _progress(request: HttpRequest, order: Order, showing: OrderStatus) -> dict[str, Any]:
    """Return the context of the live part. An address that fails comes with its correction."""
    context = {"showing": showing, "order": order, "code_form": CodeForm()}
    context["may_join"] = may_join_now(request, showing)
    if not showing.is_unreachable:
        return context
    left = corrections_left(order)
    context |= {"left": left, "may_correct": has_ordered(request, order)}
    if context["may_correct"] and left and "user_email" not in showing.mendable:
        context["address_form"] = EmailChangeForm(order, {"user_email": True})
    return context


def _saved(order: Order, form: OrderForm, *, remember: bool) -> HttpResponse:
    """Go back to the order's page; if wished, remember in which browser an address was typed."""
    response = redirect("registration", order.order_hash)
    if remember and form.has_named_address:
        remember_named_address(response, order)
    return response


def _form(request: HttpRequest, order: Order, showing: OrderStatus) -> OrderForm | None:
    """Return the form that the visitor may fill in, if there is one."""
    data = request.POST if request.method == "POST" else None
    if showing.is_waiting_for_details:
        return DetailsForm(order, data)
    names = showing.mendable
    if "user_email" in names and not has_ordered(request, order):
        names = [name for name in names if name != "user_email"]
    return CorrectionForm(order, names, showing.reason, data) if names else None


def _save(request: HttpRequest, form: OrderForm) -> bool:
    """Save what was typed; True if the order is changed now, by the visitor or somebody else."""
    try:
        if not form.is_valid():
            # Check the document all the same, to show all errors at once.
            form.check()
            return False
        if not form.save(request.user if isinstance(request.user, User) else None):
            messages.info(request, form.too_late)
        elif form.saved:
            messages.success(request, form.saved)
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
    # While we are setting things up, the form waits with what was typed.
    is_busy = order.state == State.PACKING and order.unreachable_since is not None
    if not left or not (is_readdressable(order) or is_busy):
        return render(request, "registration/address_late.html", {**context, "left": left})
    data = request.POST if request.method == "POST" else None
    form = EmailChangeForm(order, {"user_email": True}, data)
    typed_here = has_named_address(request, order)
    if form.is_bound and is_busy:
        text = _("We are setting things up at this moment. Please send the address again.")
        form.add_error(None, text)
    elif form.is_bound and _save(request, form):
        return _saved(order, form, remember=typed_here)
    context |= {"form": form, "left": left}
    status = 422 if form.errors else 200
    return render(request, "registration/address.html", context, status=status)


@private
@require_safe
def progress(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Return the live fragment, or 204 while the page shows this version (`?seen=`) already."""
    order = find_order_of_fragment(order_hash)
    showing = OrderStatus(order)
    seen = request.GET.get("seen", "")
    if seen == showing.version:
        return HttpResponse(status=204)
    if showing.has_form:
        # A form needs the whole page.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    # Screen readers announce changes of state and delays only, not every step.
    announce = seen.partition("-")[0] != showing.moment
    if is_kept(showing) and not may_join_now(request, showing):
        return kept_page(request, "registration/fragment.html", showing, announce=announce)
    context = {**_progress(request, order, showing), "announce": announce}
    return render(request, "registration/fragment.html", context)


@private
@require_POST
def resend(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Send the invitation mail again, with a new link."""
    order = find_order(order_hash)
    resent = resend_invitation(order)
    if resent == Resent.QUEUED and not order.unreachable_since:
        messages.success(request, RESENT[resent])
    else:
        text = TRIED_ONCE_MORE if resent == Resent.QUEUED else RESENT[resent]
        messages.warning(request, text % {"address": OrderStatus(order).masked_email})
    return redirect("registration", order_hash)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, order_hash: str) -> HttpResponse:
    """Check the code of an invitation mail and redirect to the join page."""
    order = find_order(order_hash)
    showing = OrderStatus(order)
    invitation = order.invitation
    is_open = order.state == State.PACKED and not showing.is_joined
    # A page with an error has this URL; reloading it leads to the order's page.
    if request.method != "POST" or not is_open or invitation is None:
        return redirect("registration", order_hash)
    form = CodeForm(request.POST)
    status = 422
    taken = hit(request, "codes")
    if taken and taken.retry_after:
        form.add_error("code", _("There were many codes from here. Please wait a while."))
        status = 429
    elif form.is_valid():
        typed = form.cleaned_data["code"]
        if order.order_number and read_order_number(typed) == order.order_number:
            # They look alike, and stand in the same mail. This is no wrong try.
            text = _("This is the number of the order. The code stands below the link.")
            form.add_error("code", text)
        elif redeem_code(typed, invitation):
            return redirect("join", order_hash, join_token(invitation))
        else:
            text = _(
                "This code does not work. After a few wrong ones only that of a new e-mail does."
            )
            form.add_error("code", text)
    context = {**_progress(request, order, showing), "code_form": form}
    return render(request, "registration/page.html", context, status=status)
